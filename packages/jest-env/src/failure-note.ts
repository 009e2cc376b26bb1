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
  const isNothing = entry[0] === undefined || entry[0] === null;
  if (isNothing) append(entry[1]);
  else entry[0] = append(entry[0]);
}
