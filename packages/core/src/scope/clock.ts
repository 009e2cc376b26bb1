/**
 * The time as it is. Tests leave fake timers on, and those replace `Date` and `process.hrtime`.
 */
import { hrtime } from 'node:process';

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
