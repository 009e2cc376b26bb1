import { u64Of } from '../bytes/u64.js';
import type { InterfaceOptions } from './blocks/interface-description.js';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const DEFAULT_RESOLUTION = 6;
const IS_POWER_OF_TWO = 0x80;

/** Turns an interface's ticks into nanoseconds (pcapng §4.2, if_tsresol and if_tsoffset). */
export class Clock {
  /** How many ticks are a second. */
  readonly ticksPerSecond: bigint;
  /** When a tick is a whole number of nanoseconds: multiplying is quicker than dividing. */
  readonly #nanosecondsPerTick: bigint | undefined;
  readonly #offsetNs: bigint;

  constructor({ timeResolution = DEFAULT_RESOLUTION, timeOffsetSeconds = 0n }: InterfaceOptions = {}) {
    const exponent = BigInt(timeResolution & ~IS_POWER_OF_TWO);
    this.ticksPerSecond = (timeResolution & IS_POWER_OF_TWO) === 0 ? 10n ** exponent : 2n ** exponent;
    const isWhole = NANOSECONDS_PER_SECOND % this.ticksPerSecond === 0n;
    this.#nanosecondsPerTick = isWhole ? NANOSECONDS_PER_SECOND / this.ticksPerSecond : undefined;
    this.#offsetNs = timeOffsetSeconds * NANOSECONDS_PER_SECOND;
  }

  /** As `nanoseconds`, of a time that is stored in halves of 32 bits. */
  nanosecondsOf(upper: number, lower: number): bigint {
    return this.nanoseconds(u64Of(upper, lower));
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
