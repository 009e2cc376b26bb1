/**
 * What the two sides of this package share.
 *
 * Jest loads the environment in its own realm and the test file in another one, the sandbox. Objects made in one are no
 * instances of the other's classes, and each side has its own copy of every module. So the packages that make networks
 * run in the sandbox, where the values they return belong, as the *runtime*; the environment keeps to the life cycle. The
 * two meet in one object on the sandbox's global. Functions of the
 * environment do not throw there: their errors would be of the wrong realm.
 */

import type { Runtime } from './load-runtime.js';
import type { Network, NetworkUse } from './network-use.js';

/** Where the sandbox's global holds the {@link Bridge}. */
export const BRIDGE = Symbol.for('jest-environment-socket-wrapper.bridge');

/** What the environment offers to the module that tests import. */
export interface Bridge {
  readonly assertNetworkUse: Runtime['assertNetworkUse'];
  readonly networkHandle: Runtime['networkHandle'];
  readonly setModuleCache: Runtime['setModuleCache'];
  readonly networkMatchers: Runtime['networkMatchers'];
  /** The network of the code that is running. */
  readonly currentNetwork: () => Network | undefined;
  /** Notes down what the describe block that is being defined asks for; `false` when none is. */
  readonly use: (use: NetworkUse) => boolean;
}
