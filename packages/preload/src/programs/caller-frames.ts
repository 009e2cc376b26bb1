/**
 * The line of a test that an error is about, when the error is made long after that line was left.
 *
 * V8 follows `await` through promises, but not through a thenable such as the program that `host.spawn()` gives.
 */
import { isNativeError } from 'node:util/types';

/** Who called a function. The text of it is made only when it is asked for. */
export interface Caller {
  readonly stack?: string;
}

/** Who has called `fn`, which runs now. */
export function callerOf(fn: (...args: never[]) => unknown): Caller {
  const caller: Caller = {};
  Error.captureStackTrace(caller, fn);
  return caller;
}

/** `error`, of whatever realm, whose stack now names `caller` instead of the code that found out. */
export function asSeenBy(caller: Caller, error: unknown): unknown {
  const frames = framesOf(caller.stack);
  if (!isNativeError(error) || frames === '') return error;
  const own = framesOf(error.stack);
  const head = error.stack?.slice(0, error.stack.length - own.length) ?? `${error}`;
  error.stack = head + frames;
  return error;
}

/** Of the text of a stack what stands behind the message, with the line feed before it. */
function framesOf(stack = ''): string {
  return /(?:\n {4}at [^\n]*)+$/.exec(stack)?.[0] ?? '';
}
