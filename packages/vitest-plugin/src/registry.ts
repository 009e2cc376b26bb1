/**
 * What this package remembers of tests. It lives on `globalThis`, because a worker may evaluate the package twice: inlined
 * for a setup file, external for a test file.
 */

import type { TestScope } from '@socket-wrapper/core';
import type { NetworkDefaults } from './options.js';

/** What a scope was opened for, and with which options. */
export interface ScopeOrigin {
  /** Vitest's task, a test or a suite. */
  readonly task: object;
  readonly options: NetworkDefaults;
}

interface Registry {
  readonly attempts: WeakMap<object, number>;
  readonly origins: WeakMap<TestScope, ScopeOrigin>;
}

const KEY = Symbol.for('vitest-plugin-socket-wrapper.registry');

/**
 * The number of the attempt of `task` that starts now: 0, then 1, and so on.
 *
 * A retry and a repeat are attempts of their own. Vitest updates `retryCount` and `repeatCount` only after the hooks that
 * need them have started.
 */
export function nextAttempt(task: object): number {
  const { attempts } = registry();
  const attempt = attempts.get(task) ?? 0;
  attempts.set(task, attempt + 1);
  return attempt;
}

/** Remembers where `scope` comes from. */
export function setOrigin(scope: TestScope, origin: ScopeOrigin): void {
  registry().origins.set(scope, origin);
}

/** Where `scope` comes from; `undefined` for a scope that another adapter has opened. */
export function originOf(scope: TestScope | undefined): ScopeOrigin | undefined {
  return scope && registry().origins.get(scope);
}

function registry(): Registry {
  const holder = globalThis as { [KEY]?: Registry };
  holder[KEY] ??= { attempts: new WeakMap(), origins: new WeakMap() };
  return holder[KEY];
}
