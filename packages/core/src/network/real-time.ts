/**
 * Time as it is. Tests leave fake timers on, and those replace `Date`, `process.hrtime` and the global timers, but not
 * what was taken from modules before.
 */
import { hrtime } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const { now } = Date;
const monotonic = hrtime.bigint;

/** Milliseconds since 1970. */
export function wallClockMs(): number {
  return now();
}

/** Milliseconds since some fixed moment; never goes back. */
export function monotonicMs(): number {
  return Number(monotonic()) / 1e6;
}

/** What `promise` gives, or `undefined` as soon as `timeoutMs` have passed without it. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  const patience = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: patience.signal }).catch(() => undefined); // Only an abort rejects.
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    patience.abort();
  }
}
