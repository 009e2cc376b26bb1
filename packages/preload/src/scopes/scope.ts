/**
 * Test scopes whose networks run programs.
 */

import {
  assertOptions,
  type WithNetworkOptions as CoreWithNetworkOptions,
  callSiteOf,
  withNetwork as coreWithNetwork,
  currentScope,
  type NetworkOptions,
  OPTION,
  type OptionKinds,
  oneOf,
  SCOPE_OPTIONS,
  type ScopeOptions,
  shown,
  type TestIdentity,
  type TestScope,
} from '@socket-wrapper/core';
import { attachmentInUse } from '../attach/attachment.js';
import { joinedNetwork, joinScope } from '../attach/join.js';
import { createNetwork, type ProgramNetwork } from '../networks/program-network.js';
import { ProgramScope, StrictScope } from './program-scope.js';

/** What happens when a test has left sockets of its own open on its network. */
export interface LeakOptions {
  /** `warn`: a process warning names them, with the line that opened them; `error`: the test fails. Default: `warn`. */
  readonly leaks?: 'warn' | 'error';
}

/** How a scope makes its network, and what it keeps of it. */
export interface OpenScopeOptions extends Omit<ScopeOptions<ProgramNetwork>, 'createNetwork'>, LeakOptions {}

const { createNetwork: _, ...OPEN_SCOPE_OPTIONS }: OptionKinds<OpenScopeOptions & Pick<ScopeOptions, 'createNetwork'>> =
  {
    ...SCOPE_OPTIONS,
    leaks: oneOf('warn', 'error'),
  };

/**
 * Refuses options that do not exist, or hold what they cannot: for adapters that learn of them before a test runs.
 *
 * @throws {TypeError} `A test's network has no option "caputre": its options are …`
 */
export function assertScopeOptions(options: unknown): void {
  assertOptions("A test's network", options, OPEN_SCOPE_OPTIONS);
}

/** The same for what `useNetwork()` of an adapter takes, which says whose the network is as well. */
export function assertNetworkUse(use: unknown): void {
  assertOptions('useNetwork()', use, { scope: oneOf('test', 'suite'), ...OPEN_SCOPE_OPTIONS });
}

/** How `withNetwork` makes networks, and names its tests. */
export interface WithNetworkOptions
  extends Omit<CoreWithNetworkOptions<ProgramNetwork>, 'createNetwork'>,
    LeakOptions {}

const WITH_NETWORK_OPTIONS: OptionKinds<WithNetworkOptions> = {
  ...OPEN_SCOPE_OPTIONS,
  file: OPTION.path,
  line: OPTION.count,
  name: OPTION.text,
};

/**
 * Opens the scope of a test attempt. Nothing is made before the test uses its network, be it by a socket of its own: what
 * runs in the scope is on no other network from the start.
 *
 * With `leaks: 'error'`, `scope.end('passed')` rejects with a `LeakError` when the test has left sockets open.
 *
 * @throws {ScopeError} `BAD_RETENTION_MODE`
 * @throws {PreloadError} `LIBRARY_NOT_FOUND`: the test would use the real network.
 * @throws {TypeError} As {@link assertScopeOptions}.
 */
export function openScope(identity: TestIdentity, options: OpenScopeOptions = {}): TestScope<ProgramNetwork> {
  assertScopeOptions(options);
  const { leaks = 'warn', ...others } = options;
  const scopeOptions = {
    ...others,
    createNetwork: (networkOptions: NetworkOptions) => joinedNetwork(() => createNetwork(networkOptions), scope),
  };
  const scope: TestScope<ProgramNetwork> =
    leaks === 'error' ? new StrictScope(identity, scopeOptions) : new ProgramScope(identity, scopeOptions);
  joinScope(scope);
  return scope;
}

/**
 * `fn` with a network of its own for each call, as its first argument. Works under any test runner.
 *
 * The promise rejects with a `PreloadError` of the code `LIBRARY_NOT_FOUND` where nothing can be put on a network.
 *
 * @example
 * test('serves', withNetwork(async (network) => { … }));
 */
export function withNetwork<A extends unknown[], R>(
  fn: (network: ProgramNetwork, ...args: A) => R,
  options: WithNetworkOptions = {},
): (...args: A) => Promise<Awaited<R>> {
  if (typeof fn !== 'function') throw new TypeError(`withNetwork() got ${shown(fn)}: a function is needed`);
  assertOptions('withNetwork()', options, WITH_NETWORK_OPTIONS);
  // The test is where we are called, not where we call core.
  const place = options.file === undefined ? callSiteOf(withNetwork) : undefined;
  const { leaks = 'warn', ...others } = options;
  // The network is made in the body of the test, so the scope is there.
  const settings = {
    ...place,
    ...others,
    createNetwork: (networkOptions: NetworkOptions) =>
      joinedNetwork(() => createNetwork(networkOptions), currentScope()),
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
