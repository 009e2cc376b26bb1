/** Reads from Vitest's task how the running attempt of a test has gone so far. */

import type { Outcome } from '@socket-wrapper/core';
import type { TestContext } from 'vitest';

/** A test as Vitest hands it to hooks and fixtures. */
export type TestTask = TestContext['task'];

/**
 * Starts watching the attempt of `task` that begins now; the answer tells the outcome, whenever it is asked.
 *
 * Vitest keeps the errors of earlier attempts and a repeat's failed state, so only errors that are new count. It turns
 * the result of `test.fails` round after all hooks have run, so that is done here as well.
 */
export function watchOutcome(task: TestTask): () => { outcome: Outcome; error?: unknown } {
  const errorsBefore = task.result?.errors?.length ?? 0;
  return () => {
    if (task.result?.state === 'skip') return { outcome: 'skipped' };
    const error = task.result?.errors?.[errorsBefore];
    const hasThrown = error !== undefined;
    const outcome = hasThrown === (task.fails ?? false) ? 'passed' : 'failed';
    return hasThrown ? { outcome, error } : { outcome };
  };
}
