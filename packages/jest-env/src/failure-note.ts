/**
 * Finds the error of a failed test that a note can go to.
 *
 * Jest has no attachments, but it formats errors only after the environment has seen the end of the test: a note in the
 * message is shown by the terminal, `--json`, GitHub's annotations and JUnit alike.
 */

import type { Circus } from '@jest/types';

/** Has `append` add its note to the newest error of `test`; it gives back what to keep in the error's place. */
export function addFailureNote(test: Pick<Circus.TestEntry, 'errors'>, append: (error: unknown) => unknown): void {
  const entry: unknown = test.errors.at(-1);
  if (!Array.isArray(entry)) {
    append(entry);
    return;
  }
  // [what was thrown, an error that knows the place]: the second one is printed when the first is nothing.
  const [thrown, place] = entry as [unknown, Error | undefined];
  const isNothing = thrown === undefined || thrown === null;
  if (isNothing) append(place);
  else entry[0] = append(typeof thrown === 'string' ? asError(thrown, place) : thrown);
}

/** A string as Jest prints it, which would have quotation marks around the note as well. */
function asError(thrown: string, place: { readonly stack?: string } | undefined): Error {
  const error = new Error(`thrown: "${thrown}"`);
  const frames = place?.stack?.match(/(?:\n\s+at [^\n]*)+$/)?.[0] ?? '';
  error.stack = `Error: ${error.message}${frames}`;
  return error;
}
