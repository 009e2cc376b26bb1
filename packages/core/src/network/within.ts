import { setTimeout as delay } from 'node:timers/promises';

/**
 * What `promise` gives, or `undefined` as soon as `timeoutMs` have passed without it.
 *
 * Tests leave fake timers on; those replace the global timers, and not the ones used here.
 */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  const patience = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: patience.signal }).catch(() => undefined); // Only an abort rejects.
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    patience.abort();
  }
}
