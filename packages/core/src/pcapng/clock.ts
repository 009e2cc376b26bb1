import type { InterfaceOptions } from './blocks/interface-description.js';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const DEFAULT_RESOLUTION = 6;
const IS_POWER_OF_TWO = 0x80;
/** So many bits of a product with a 32-bit number are exact. */
const MAX_EXACT_FACTOR = 2 ** 21;

/** Turns an interface's ticks into nanoseconds (pcapng §4.2, if_tsresol and if_tsoffset). */
export class Clock {
  /** How many ticks are a second. */
  readonly ticksPerSecond: bigint;
  /** When a tick is a whole number of nanoseconds: multiplying is quicker than dividing. */
  readonly #nanosecondsPerTick: bigint | undefined;
  readonly #offsetNs: bigint;
  /** The same as a number, where a product with half of a time is exact; else 0. */
  readonly #factor: number;
  /** The upper half of the latest time, and what it stands for: it stays the same for seconds or an hour. */
  #upper = -1;
  #upperNs = 0n;

  constructor({ timeResolution = DEFAULT_RESOLUTION, timeOffsetSeconds = 0n }: InterfaceOptions = {}) {
    const exponent = BigInt(timeResolution & ~IS_POWER_OF_TWO);
    this.ticksPerSecond = (timeResolution & IS_POWER_OF_TWO) === 0 ? 10n ** exponent : 2n ** exponent;
    const isWhole = NANOSECONDS_PER_SECOND % this.ticksPerSecond === 0n;
    this.#nanosecondsPerTick = isWhole ? NANOSECONDS_PER_SECOND / this.ticksPerSecond : undefined;
    this.#offsetNs = timeOffsetSeconds * NANOSECONDS_PER_SECOND;
    const factor = Number(this.#nanosecondsPerTick ?? 0n);
    this.#factor = factor <= MAX_EXACT_FACTOR ? factor : 0;
  }

  /** As `nanoseconds`, of a time that is stored in halves of 32 bits. */
  nanosecondsOf(upper: number, lower: number): bigint {
    if (this.#factor === 0) return this.nanoseconds((BigInt(upper) << 32n) | BigInt(lower));
    if (upper !== this.#upper) {
      this.#upper = upper;
      this.#upperNs = this.nanoseconds(BigInt(upper) << 32n);
    }
    return this.#upperNs + BigInt(lower * this.#factor);
  }

  /** Nanoseconds since 1970; what is finer is cut. */
  nanoseconds(ticks: bigint): bigint {
    const sinceOffset =
      this.#nanosecondsPerTick === undefined
        ? (ticks * NANOSECONDS_PER_SECOND) / this.ticksPerSecond
        : ticks * this.#nanosecondsPerTick;
    return this.#offsetNs === 0n ? sinceOffset : sinceOffset + this.#offsetNs;
  }
}
