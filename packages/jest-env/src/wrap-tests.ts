/**
 * Puts functions of ours around the tests and hooks of a file.
 *
 * Async context that an event handler sets does not reach the test, so each function has to be called inside of it. The
 * number of parameters is kept: Jest takes a function with one for the kind that calls `done`.
 */

import type { Circus } from '@jest/types';

/** Runs `fn` as a part of `owner`, the test or the describe block that it belongs to. */
export type Around = <T>(owner: Circus.TestEntry | Circus.DescribeBlock | 'current test', fn: () => T) => T;

/** Has every test and hook in `block` and below run inside of `around`. */
export function wrapTests(block: Circus.DescribeBlock, around: Around): void {
  for (const hook of block.hooks) {
    const isPerTest = hook.type === 'beforeEach' || hook.type === 'afterEach';
    hook.fn = wrap(hook.fn, (fn) => around(isPerTest ? 'current test' : block, fn));
  }
  for (const child of block.children) {
    if (child.type === 'describeBlock') wrapTests(child, around);
    else if (child.fn !== undefined) child.fn = wrap(child.fn, (fn) => around(child, fn));
  }
}

function wrap<F extends Circus.TestFn | Circus.HookFn>(fn: F, around: <T>(fn: () => T) => T): F {
  // Jest recognises a generator by its class; its steps run inside of nothing that can be wrapped here.
  if (Object.prototype.toString.call(fn) === '[object GeneratorFunction]') return fn;

  const call = fn as (this: unknown, ...args: unknown[]) => unknown;
  const wrapped =
    fn.length > 0
      ? function (this: unknown, done: unknown) {
          return around(() => call.call(this, done));
        }
      : function (this: unknown) {
          return around(() => call.call(this));
        };
  return wrapped as F;
}
