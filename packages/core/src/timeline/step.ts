/**
 * Steps of a test, which stand on the time line between the packets they made.
 */
import { isPromise } from 'node:util/types';
import { errorText } from '../error-text.js';
import { shown } from '../options/assert-options.js';
import type { NoteOptions } from './note-log.js';

/** Whose notes those of the test are. */
const TEST_SOURCE = 'test';

/**
 * Notes a step; then calls `run`, if there is one, and gives what it gives. Should it fail, that is noted as well.
 *
 * @throws {TypeError} For a title that is no text, and a `run` that is no function.
 */
export function runStep<T>(
  title: string,
  run: (() => T) | undefined,
  note: (note: NoteOptions) => void,
): T | undefined {
  if (typeof title !== 'string') throw new TypeError(`step() got title ${shown(title)}: text is needed`);
  if (run !== undefined && typeof run !== 'function') {
    // Most often a promise: what was to be the step has begun before it.
    throw new TypeError(`step(${JSON.stringify(title)}) got ${shown(run)}: a function is needed`);
  }
  note({ source: TEST_SOURCE, text: `step: ${title}` });
  if (run === undefined) return undefined;
  const fail = (error: unknown): never => {
    note({ source: TEST_SOURCE, text: `step failed: ${title}: ${errorText(error)}`, level: 'error' });
    throw error;
  };
  let result: T;
  try {
    result = run();
  } catch (error) {
    return fail(error);
  }
  return isPromise(result) ? (result.catch(fail) as T) : result;
}
