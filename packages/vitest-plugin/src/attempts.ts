/**
 * Counts the attempts of a test: a retry or a repeat is an attempt of its own, with a network of its own.
 *
 * Vitest updates `retryCount` and `repeatCount` only after the hooks that need them have started. The counts live on
 * `globalThis` because a worker may evaluate this package twice: inlined for a setup file, external for a test.
 */

const KEY = Symbol.for('vitest-plugin-socket-wrapper.attempts');
const registry = globalThis as { [KEY]?: WeakMap<object, number> };

/** The number of the attempt of `task` that starts now: 0, then 1, and so on. */
export function nextAttempt(task: object): number {
  registry[KEY] ??= new WeakMap();
  const attempt = registry[KEY].get(task) ?? 0;
  registry[KEY].set(task, attempt + 1);
  return attempt;
}
