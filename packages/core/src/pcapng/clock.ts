import type { InterfaceOptions } from './blocks/interface-description.js';

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const DEFAULT_RESOLUTION = 6;
const IS_POWER_OF_TWO = 0x80;

/** Turns an interface's ticks into nanoseconds (pcapng §4.2, if_tsresol and if_tsoffset). */
export class Clock {
  /** How many ticks are a second. */
  readonly ticksPerSecond: bigint;
  readonly #offsetNs: bigint;

  constructor({ timeResolution = DEFAULT_RESOLUTION, timeOffsetSeconds = 0n }: InterfaceOptions = {}) {
    const exponent = BigInt(timeResolution & ~IS_POWER_OF_TWO);
    this.ticksPerSecond = (timeResolution & IS_POWER_OF_TWO) === 0 ? 10n ** exponent : 2n ** exponent;
    this.#offsetNs = timeOffsetSeconds * NANOSECONDS_PER_SECOND;
  }

  /** Nanoseconds since 1970; what is finer is cut. */
  nanoseconds(ticks: bigint): bigint {
    if (this.ticksPerSecond === NANOSECONDS_PER_SECOND) return ticks + this.#offsetNs;
    return (ticks * NANOSECONDS_PER_SECOND) / this.ticksPerSecond + this.#offsetNs;
  }
}
