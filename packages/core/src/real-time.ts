/**
 * Time as it is. Tests leave fake timers on, and those replace `Date`, `process.hrtime` and the global timers, but not
 * what was taken from modules before.
 */
import { performance } from 'node:perf_hooks';
import { hrtime } from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';

const { now } = Date;
const monotonic = hrtime.bigint;
const startTimer = setTimeout;
const stopTimer = clearTimeout;

/** What the wall clock is ahead of the monotonic one; exact to the microsecond until somebody sets the clock. */
let offsetMs = performance.timeOrigin + performance.now() - Number(monotonic()) / 1e6;

/** Milliseconds since 1970, with fractions: the order of notes and packets is told by microseconds. */
export function wallClockMs(): number {
  const coarseMs = now();
  const fineMs = monotonicMs() + offsetMs;
  if (fineMs >= coarseMs && fineMs < coarseMs + 1) return fineMs;

  // The clock was set, or is being slewed: what the coarse one says is true, as far as it goes.
  const trueMs = fineMs < coarseMs ? coarseMs : coarseMs + 0.999;
  offsetMs += trueMs - fineMs;
  return trueMs;
}

/** Milliseconds since some fixed moment; never goes back. */
export function monotonicMs(): number {
  return Number(monotonic()) / 1e6;
}

/** What `promise` gives, or `undefined` as soon as `timeoutMs` have passed without it. */
export function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  // Every test ends by it: an AbortController, whose abort makes two errors, would take as long as making the network.
  return new Promise((resolve, reject) => {
    const timer = startTimer(resolve, timeoutMs, undefined);
    promise.then(resolve, reject).finally(() => stopTimer(timer));
  });
}
