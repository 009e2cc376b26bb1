import type { Artifact, Outcome, TestScope } from '@socket-wrapper/core';
import { LeakError } from '@socket-wrapper/preload';

/** Ends `scope`. With `leaks: 'error'` there may be sockets to tell of, and the capture is kept because of them. */
export async function endScope(
  scope: TestScope,
  outcome: Outcome,
  details: { readonly error?: unknown },
): Promise<{ artifact: Artifact | undefined; leaks?: LeakError }> {
  try {
    return { artifact: await scope.end(outcome, details) };
  } catch (error) {
    if (!(error instanceof LeakError)) throw error;
    return { artifact: error.artifact, leaks: error };
  }
}
