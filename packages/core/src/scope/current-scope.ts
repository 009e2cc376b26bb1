import type { Network } from '../network/network.js';
import { scopeRegistry } from './registry.js';
import type { TestScope } from './scope.js';
import { ScopeError } from './scope-error.js';

/**
 * The scope that the calling code runs in; the innermost one of nested scopes that has not ended.
 *
 * Code that outlives its test is in no scope, so it cannot reach the network of another one.
 */
export function currentScope(): TestScope | undefined {
  let frame = scopeRegistry().storage.getStore();
  while (frame !== undefined && frame.scope?.hasEnded !== false) frame = frame.outer;
  return frame?.scope;
}

/**
 * The network of the current scope, made now if the test has not used it before.
 *
 * @throws {ScopeError} `NO_SCOPE` outside of tests.
 */
export function currentNetwork(): Network {
  const scope = currentScope();
  if (scope !== undefined) return scope.network;
  throw new ScopeError(
    'NO_SCOPE',
    'There is no network here: each test has its own, and this code does not run inside of a test or of its hooks',
  );
}

/** The network of the current scope if the test has used it already; makes none. */
export function networkInUse(): Network | undefined {
  const scope = currentScope();
  return scope?.hasNetwork ? scope.network : undefined;
}
