/**
 * Where the current scope is kept: on `globalThis`, because one process may load several copies of this module
 * (a setup file that is inlined beside a package that is not, a bundle, a VM context that is given the same object).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { TestScope } from './scope.js';

/** A scope as the code inside of `run()` sees it. */
export interface ScopeFrame {
  readonly scope: TestScope;
  readonly outer: ScopeFrame | undefined;
}

/**
 * The key of the registry on `globalThis`.
 *
 * A runner that gives tests a global object of their own copies the registry to it under this key, and the tests see
 * the scopes that the runner's side has opened.
 */
export const SCOPE_REGISTRY: unique symbol = Symbol.for('socket-wrapper.scope') as never;

/** What all copies of this module share. */
export interface ScopeRegistry {
  readonly storage: AsyncLocalStorage<ScopeFrame>;
}

/** The registry of this global object, made the first time it is needed. */
export function scopeRegistry(): ScopeRegistry {
  const holder = globalThis as { [SCOPE_REGISTRY]?: ScopeRegistry };
  const known = holder[SCOPE_REGISTRY];
  if (known !== undefined) return known;

  const registry: ScopeRegistry = { storage: new AsyncLocalStorage() };
  Object.defineProperty(globalThis, SCOPE_REGISTRY, { value: registry, configurable: true });
  return registry;
}
