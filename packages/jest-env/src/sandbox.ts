/** What tests get when they import this package: the way over the bridge to the environment. */

// Jest answers this name itself, whether or not it is installed and whether or not there are globals.
import { expect } from '@jest/globals';
import { BRIDGE, type Bridge } from './bridge.js';
import { UseNetworkError } from './errors.js';
import type { Network, NetworkUse } from './network-use.js';

export { UseNetworkError } from './errors.js';

const bridge = (globalThis as unknown as { [BRIDGE]: Bridge })[BRIDGE];

expect.extend(bridge.networkMatchers);
// Jest's own registry: the packages that tests use are in there.
bridge.setModuleCache(require.cache);

/** See `network` in `index.ts`, where the types come from. */
export const network: Network = bridge.networkHandle(() => {
  const current = bridge.currentNetwork();
  if (current === undefined) throw UseNetworkError.noTestRunning();
  return current;
});

/** See `useNetwork` in `index.ts`, where the types come from. */
export function useNetwork(use: NetworkUse = {}): Network {
  bridge.assertNetworkUse(use);
  const isTooLate = !bridge.use(use);
  if (isTooLate && Object.keys(use).length > 0) throw UseNetworkError.calledInTest();
  return network;
}
