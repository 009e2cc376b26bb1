/**
 * Test scopes whose networks run programs.
 */

import {
  type WithNetworkOptions as CoreWithNetworkOptions,
  callSiteOf,
  withNetwork as coreWithNetwork,
  openScope as openCoreScope,
  type ScopeOptions,
  type TestIdentity,
  type TestScope,
} from '@socket-wrapper/core';
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
  return openCoreScope(identity, { ...options, createNetwork });
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
  return coreWithNetwork(fn, { ...place, ...options, createNetwork });
}
