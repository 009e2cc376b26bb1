/** The options of this package, as a configuration, a docblock and `useNetwork()` take them. */

import type { OpenScopeOptions, ProgramNetwork } from '@socket-wrapper/preload' with { 'resolution-mode': 'import' };

/** A network whose hosts run programs. */
export type Network = ProgramNetwork;

/** How the networks of the tests are made and what is kept of them: `testEnvironmentOptions.network`. */
export type NetworkDefaults = OpenScopeOptions;

/** What `useNetwork()` takes. */
export interface NetworkUse extends NetworkDefaults {
  /**
   * Who owns the network. Default `test`: every attempt of every test gets its own. With `suite` the tests of the
   * enclosing `describe`, or of the file, share one, which also exists in `beforeAll` and `afterAll`.
   */
  readonly scope?: 'test' | 'suite';
}
