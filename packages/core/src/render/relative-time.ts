/** What times of a capture are told from, and in. */
export interface TimeScale {
  readonly startNs: bigint;
  readonly unit: 'ms' | 's';
  /** How many columns a time takes. */
  readonly width: number;
}

const LONGEST_IN_MS = 10_000_000_000n;
const MIN_WIDTH = 9;
/** Microseconds are enough to tell cause from effect. */
const DIGITS = { ms: 3, s: 6 } as const;
const MICROSECONDS_PER = { ms: 1_000, s: 1_000_000 } as const;

/** A scale for `times`: from the earliest of them, in milliseconds unless they span more than ten seconds. */
export function timeScale(times: readonly (bigint | undefined)[]): TimeScale {
  // A packet without a time counts as of 1970, which would make all others decades old.
  let startNs: bigint | undefined;
  let endNs = 0n;
  for (const time of times) {
    if (!time) continue;
    if (startNs === undefined || time < startNs) startNs = time;
    if (time > endNs) endNs = time;
  }
  startNs ??= 0n;
  const unit = endNs - startNs < LONGEST_IN_MS ? 'ms' : 's';
  const scale = { startNs, unit, width: 0 } as const;
  return { ...scale, width: Math.max(MIN_WIDTH, relativeTime(endNs, scale).length) };
}

/** `12.345 ms`, aligned to the right; spaces for what has no time. */
export function relativeTime(timestampNs: bigint | undefined, { startNs, unit, width }: TimeScale): string {
  if (timestampNs === undefined || timestampNs === 0n) return ' '.repeat(width);
  const microseconds = Number((timestampNs - startNs) / 1_000n);
  return `${(microseconds / MICROSECONDS_PER[unit]).toFixed(DIGITS[unit])} ${unit}`.padStart(width);
}
