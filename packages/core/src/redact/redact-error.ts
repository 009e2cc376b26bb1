/**
 * Takes secrets out of an error that fails a test: reporters print what it says, and CI keeps that.
 */
import type { Redaction } from './redaction.js';

/** What reporters print of an error besides its stack, where it is text: a cause need not be an error. `diff` is Vitest's. */
const TEXTS = ['message', 'diff', 'actual', 'expected', 'cause'];
/** How many errors lie behind one another at most: a cause may be its own. */
const MAX_DEPTH = 5;

/**
 * `error` without secrets, changed in place so that it stays the same error; what lies behind it, too. Frames of stacks are left, for
 * they are where reporters find the failing line.
 *
 * @returns What to report instead of `error`, for a string is no object. What cannot be changed, such as a frozen error, is left alone.
 */
export function redactError(error: unknown, redaction: Redaction, depth = 0): unknown {
  if (redaction.isEmpty || depth >= MAX_DEPTH) return error;
  if (typeof error === 'string') return redaction.styledText(error);
  if (typeof error !== 'object' || error === null) return error;

  for (const name of TEXTS) redactField(error, name, (text) => redaction.styledText(text));
  redactField(error, 'stack', (stack) => {
    const frames = stack.search(/\n\s+at /);
    const end = frames < 0 ? stack.length : frames;
    return redaction.styledText(stack.slice(0, end)) + stack.slice(end);
  });
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  for (const behind of [cause, ...(Array.isArray(errors) ? errors : [])]) {
    if (typeof behind === 'object') redactError(behind, redaction, depth + 1);
  }
  return error;
}

function redactField(error: object, name: string, redacted: (text: string) => string): void {
  const text: unknown = Reflect.get(error, name);
  if (typeof text !== 'string') return;
  const clean = redacted(text);
  if (clean !== text) Reflect.set(error, name, clean);
}
