/**
 * Answers a request in the place of the native half of `dns`.
 */
import type { NameError, Names, NamesHere } from './names.js';
import { inNextTick } from './real-process.js';

/** What waits for an answer: `oncomplete(error, ...values)` is called when it is there. */
export interface NameRequest {
  oncomplete(...values: unknown[]): void;
  /** Who made the request, with a callback or a promise. */
  readonly callback?: (error: unknown) => void;
  readonly reject?: (error: unknown) => void;
}

/** Answers `request` in a later tick with the values that `answer` finds among the names of the caller. */
export function answerRequest(
  request: NameRequest,
  here: NonNullable<NamesHere>,
  answer: (names: Names) => readonly unknown[],
): void {
  if ('error' in here) {
    // Node.js would make an error of its own of it, without the reason.
    inNextTick(() => (request.reject ?? request.callback)?.call(request, here.error));
    return;
  }
  let values: readonly unknown[];
  try {
    values = [null, ...answer(here.names)];
  } catch (error) {
    const { syscall, errno, code } = error as NameError;
    if (syscall === undefined) throw error;
    // Of getaddrinfo(3) a number of libuv, of a query a word of c-ares.
    values = [errno ?? code];
  }
  inNextTick(() => request.oncomplete(...values));
}
