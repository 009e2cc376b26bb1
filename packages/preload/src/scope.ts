/**
 * Test scopes whose networks run programs.
 */

import {
  type WithNetworkOptions as CoreWithNetworkOptions,
  callSiteOf,
  withNetwork as coreWithNetwork,
  currentScope,
  type NetworkOptions,
  openScope as openCoreScope,
  type ScopeOptions,
  type TestIdentity,
  type TestScope,
} from '@socket-wrapper/core';
import { joinNetwork } from './attach/join.js';
import { createNetwork, type ProgramNetwork } from './program-network.js';

/** How a scope makes its network, and what it keeps of it. */
export type OpenScopeOptions = Omit<ScopeOptions<ProgramNetwork>, 'createNetwork'>;

/** How `withNetwork` makes networks, and names its tests. */
export type WithNetworkOptions = Omit<CoreWithNetworkOptions<ProgramNetwork>, 'createNetwork'>;

/**
 * Opens the scope of a test attempt. Nothing is made before the test uses its network.
 *
 * @throws {ScopeError} `BAD_RETENTION_MODE`
 */
export function openScope(identity: TestIdentity, options: OpenScopeOptions = {}): TestScope<ProgramNetwork> {
  const scope: TestScope<ProgramNetwork> = openCoreScope(identity, {
    ...options,
    createNetwork: (networkOptions) => joinedNetwork(networkOptions, scope),
  });
  return scope;
}

/**
 * `fn` with a network of its own for each call, as its first argument. Works under any test runner.
 *
 * @example
 * test('serves', withNetwork(async (network) => { … }));
 */
export function withNetwork<A extends unknown[], R>(
  fn: (network: ProgramNetwork, ...args: A) => R,
  options: WithNetworkOptions = {},
): (...args: A) => Promise<Awaited<R>> {
  // The test is where we are called, not where we call core.
  const place = options.file === undefined ? callSiteOf(withNetwork) : undefined;
  // The network is made in the body of the test, so the scope is there.
  return coreWithNetwork(fn, {
    ...place,
    ...options,
    createNetwork: (networkOptions) => joinedNetwork(networkOptions, currentScope()),
  });
}

/** A network that the code of `scope` is on. */
function joinedNetwork(options: NetworkOptions, scope: TestScope | undefined): ProgramNetwork {
  const network = createNetwork(options);
  joinNetwork(network, scope);
  return network;
}
