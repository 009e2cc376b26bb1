/**
 * Where the current scope is kept: on `globalThis`, because one process may load several copies of this module
 * (a setup file that is inlined beside a package that is not, a bundle, a VM context that is given the same object).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { TestScope } from './scope.js';

/** A scope as the code inside of `run()` sees it. */
export interface ScopeFrame {
  /** `undefined` in a frame of {@link reserveScope} that no scope has taken yet. */
  scope: TestScope | undefined;
  readonly outer: ScopeFrame | undefined;
  /** The scope was entered where no frame was free. Code of others may find itself in it once it has ended. */
  readonly isLoose?: boolean;
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

/**
 * Calls `fn` in a frame that is free: a scope that is opened in there later, by a fixture of a test say, can be entered
 * and is then the current scope of all of `fn`, of what it has started already too.
 */
export function reserveScope<T>(fn: () => T): T {
  const { storage } = scopeRegistry();
  return storage.run({ scope: undefined, outer: storage.getStore() }, fn);
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
