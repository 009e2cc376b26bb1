/**
 * The runtime: all that this package uses of its siblings, bundled into one file that the environment evaluates in the
 * realm of the tests. `load-runtime.ts` says why and how.
 */

export { appendNote, currentScope, networkHandle, networkMatchers } from '@socket-wrapper/core';
export { assertNetworkUse, openScope, setModuleCache } from '@socket-wrapper/preload';
