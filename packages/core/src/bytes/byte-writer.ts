import type { ByteOrder } from './byte-order.js';
import { CaptureWriteError } from './capture-error.js';

const INITIAL_CAPACITY = 256;
const U16_MAX = 0xffff;
const U32_MAX = 0xffff_ffff;
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const I64_MAX = 0x7fff_ffff_ffff_ffffn;

/** Puts numbers and bytes one after the other; what does not fit its field is a `CaptureWriteError`. */
export class ByteWriter {
  readonly byteOrder: ByteOrder;
  readonly #littleEndian: boolean;
  #bytes = new Uint8Array(INITIAL_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(byteOrder: ByteOrder) {
    this.byteOrder = byteOrder;
    this.#littleEndian = byteOrder === 'little';
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  u8(value: number, what: string): void {
    const start = this.#grow(1);
    this.#view.setUint8(start, inRange(value, 0xff, what));
  }

  u16(value: number, what: string): void {
    const start = this.#grow(2);
    this.#view.setUint16(start, inRange(value, U16_MAX, what), this.#littleEndian);
  }

  u32(value: number, what: string): void {
    const start = this.#grow(4);
    this.#view.setUint32(start, inRange(value, U32_MAX, what), this.#littleEndian);
  }

  i32(value: number, what: string): void {
    if ((value | 0) !== value) throw outOfRange(value, what, 'a whole number of 32 bits');
    const start = this.#grow(4);
    this.#view.setInt32(start, value, this.#littleEndian);
  }

  u64(value: bigint, what: string): void {
    if (value < 0n || value > U64_MAX) throw outOfRange(value, what, `from 0 to ${U64_MAX}`);
    const start = this.#grow(8);
    this.#view.setBigUint64(start, value, this.#littleEndian);
  }

  i64(value: bigint, what: string): void {
    if (value < -I64_MAX - 1n || value > I64_MAX) throw outOfRange(value, what, 'a whole number of 64 bits');
    const start = this.#grow(8);
    this.#view.setBigInt64(start, value, this.#littleEndian);
  }

  /** A 64-bit number as its upper and then its lower half, as pcapng stores times. */
  halves(value: bigint, what: string): void {
    if (value < 0n || value > U64_MAX) throw outOfRange(value, what, `from 0 to ${U64_MAX}`);
    this.u32(Number(value >> 32n), what);
    this.u32(Number(value & 0xffff_ffffn), what);
  }

  bytes(bytes: Uint8Array): void {
    const start = this.#grow(bytes.byteLength);
    this.#bytes.set(bytes, start);
  }

  /** `bytes`, and zeros up to a multiple of four bytes. */
  padded(bytes: Uint8Array): void {
    this.bytes(bytes);
    this.#grow(-bytes.byteLength & 3);
  }

  /** What was written, as a view that later writes may leave behind. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Where to put `extra` more bytes. It may replace the view, so callers ask for it first. */
  #grow(extra: number): number {
    const start = this.#length;
    this.#length += extra;
    if (this.#length > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.byteLength * 2));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}

function inRange(value: number, max: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > max) throw outOfRange(value, what, `from 0 to ${max}`);
  return value;
}

function outOfRange(value: number | bigint, what: string, needed: string): CaptureWriteError {
  return new CaptureWriteError('OUT_OF_RANGE', `Cannot write ${value} as the ${what}: it must be ${needed}`);
}
