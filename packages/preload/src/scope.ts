/**
 * Test scopes whose networks run programs.
 */

import {
  type WithNetworkOptions as CoreWithNetworkOptions,
  callSiteOf,
  withNetwork as coreWithNetwork,
  currentScope,
  type NetworkOptions,
  type ScopeOptions,
  type TestIdentity,
  type TestScope,
} from '@socket-wrapper/core';
import { attachmentInUse } from './attach/attachment.js';
import { joinNetwork, joinScope } from './attach/join.js';
import { createNetwork, type ProgramNetwork } from './program-network.js';
import { ProgramScope, StrictScope } from './program-scope.js';

/** What happens when a test has left sockets of its own open on its network. */
export interface LeakOptions {
  /** `warn`: a process warning names them, with the line that opened them; `error`: the test fails. Default: `warn`. */
  readonly leaks?: 'warn' | 'error';
}

/** How a scope makes its network, and what it keeps of it. */
export interface OpenScopeOptions extends Omit<ScopeOptions<ProgramNetwork>, 'createNetwork'>, LeakOptions {}

/** How `withNetwork` makes networks, and names its tests. */
export interface WithNetworkOptions
  extends Omit<CoreWithNetworkOptions<ProgramNetwork>, 'createNetwork'>,
    LeakOptions {}

/**
 * Opens the scope of a test attempt. Nothing is made before the test uses its network, be it by a socket of its own: what
 * runs in the scope is on no other network from the start.
 *
 * With `leaks: 'error'`, `scope.end('passed')` rejects with a `LeakError` when the test has left sockets open.
 *
 * @throws {ScopeError} `BAD_RETENTION_MODE`
 */
export function openScope(identity: TestIdentity, options: OpenScopeOptions = {}): TestScope<ProgramNetwork> {
  const { leaks = 'warn', ...others } = options;
  const scopeOptions = {
    ...others,
    createNetwork: (networkOptions: NetworkOptions) => joinedNetwork(networkOptions, scope),
  };
  const scope: TestScope<ProgramNetwork> =
    leaks === 'error' ? new StrictScope(identity, scopeOptions) : new ProgramScope(identity, scopeOptions);
  joinScope(scope);
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
  const { leaks = 'warn', ...others } = options;
  // The network is made in the body of the test, so the scope is there.
  const settings = {
    ...place,
    ...others,
    createNetwork: (networkOptions: NetworkOptions) => joinedNetwork(networkOptions, currentScope()),
  };
  return leaks === 'error' ? coreWithNetwork(withoutLeaks(fn), settings) : coreWithNetwork(fn, settings);
}

/** `fn`, which fails when it leaves sockets open. */
function withoutLeaks<A extends unknown[], R>(fn: (network: ProgramNetwork, ...args: A) => R) {
  const strict = async function (this: unknown, network: ProgramNetwork, ...args: A): Promise<Awaited<R>> {
    const result = await fn.call(this, network, ...args);
    const leaks = await attachmentInUse()?.takeLeaks(network);
    if (leaks !== undefined) throw leaks;
    return result;
  };
  // What the test is called when nothing else says it.
  return Object.defineProperty(strict, 'name', { value: fn.name });
}

/** A network that the code of `scope` is on. */
function joinedNetwork(options: NetworkOptions, scope: TestScope | undefined): ProgramNetwork {
  const network = createNetwork(options);
  joinNetwork(network, scope);
  return network;
}
