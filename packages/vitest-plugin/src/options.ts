/**
 * What the adapter's three doors take, and where their defaults come from.
 *
 * The plugin runs in Vitest's main process and the tests in workers, so its options travel by `provide`/`inject` and
 * must survive a structured clone: data only, no functions.
 */

import type { OpenScopeOptions } from '@socket-wrapper/preload';
import { inject } from 'vitest';

/** How the networks of a project's tests are made and what is kept of them. */
export type NetworkDefaults = OpenScopeOptions;

/** What `useNetwork()` takes. */
export interface UseNetworkOptions extends NetworkDefaults {
  /**
   * Who owns the network. Default `test`: every attempt of every test gets its own. With `suite` the tests of the
   * enclosing `describe`, or of the file, share one, which also exists in `beforeAll` and `afterAll`.
   */
  readonly scope?: 'test' | 'suite';
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Options of the `socketWrapper()` plugin; missing without the plugin. */
    socketWrapper?: NetworkDefaults;
  }
}

/** The plugin's options with `options` on top. */
export function withDefaults(options: NetworkDefaults): NetworkDefaults {
  return { ...inject('socketWrapper'), ...options };
}
