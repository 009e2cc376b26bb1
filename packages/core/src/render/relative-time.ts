/** What times of a capture are told from, and in. */
export interface TimeScale {
  readonly startNs: bigint;
  readonly unit: 'ms' | 's';
  /** How many columns a time takes. */
  readonly width: number;
}

const LONGEST_IN_MS = 10_000_000_000n;
const NANOSECONDS = { ms: 1_000_000n, s: 1_000_000_000n } as const;

/** A scale for `times`: from the earliest of them, in milliseconds unless they span more than ten seconds. */
export function timeScale(times: readonly bigint[]): TimeScale {
  // A packet without a time has 0, which would make all others decades old.
  const known = times.filter((time) => time !== 0n).sort((a, b) => (a < b ? -1 : 1));
  const startNs = known[0] ?? 0n;
  const endNs = known.at(-1) ?? 0n;
  const unit = endNs - startNs < LONGEST_IN_MS ? 'ms' : 's';
  const scale = { startNs, unit, width: 0 } as const;
  return { ...scale, width: Math.max(8, relativeTime(endNs, scale).length) };
}

/** `12.345 ms`, aligned to the right: thousandths are enough to tell cause from effect. */
export function relativeTime(timestampNs: bigint, { startNs, unit, width }: TimeScale): string {
  if (timestampNs === 0n && startNs !== 0n) return ''.padStart(width);
  const thousandths = ((timestampNs - startNs) * 1000n) / NANOSECONDS[unit];
  return `${(Number(thousandths) / 1000).toFixed(3)} ${unit}`.padStart(width);
}
