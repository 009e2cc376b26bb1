/**
 * Reads numbers and bytes one after the other from a range that it cannot leave.
 *
 * Everything that comes from a capture file is read through this cursor, so a wrong length in a
 * damaged file ends in a `CaptureError` that names the place, never in bytes of the next record.
 */
import type { ByteOrder } from './byte-order.js';
import { CaptureError } from './capture-error.js';

/** Where a reader's bytes are and what they are called in messages. */
export interface ByteRange {
  /** What is being read, as in "Cannot read <subject> at byte 128". */
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly byteOrder: ByteOrder;
  /** Where in the file the first of `bytes` is. Default 0. */
  readonly fileOffset?: number;
}

/** A cursor over the bytes of one record. */
export class ByteReader {
  readonly subject: string;
  readonly byteOrder: ByteOrder;
  readonly #bytes: Uint8Array;
  /** Made when a number asks for it: many readers only ever read small ones and bytes. */
  #lazyView: DataView | undefined;
  readonly #littleEndian: boolean;
  readonly #fileOffset: number;
  #position = 0;

  constructor({ subject, bytes, byteOrder, fileOffset = 0 }: ByteRange) {
    this.subject = subject;
    this.byteOrder = byteOrder;
    this.#bytes = bytes;
    this.#littleEndian = byteOrder === 'little';
    this.#fileOffset = fileOffset;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#bytes.byteLength - this.#position;
  }

  /** Where in the file the next byte is. */
  get offset(): number {
    return this.#fileOffset + this.#position;
  }

  /** The next byte. */
  u8(what: string): number {
    return this.#bytes[this.#take(1, what)] ?? 0;
  }

  /** The next 16-bit number. */
  u16(what: string): number {
    const at = this.#take(2, what);
    const [first, second] = [this.#bytes[at] ?? 0, this.#bytes[at + 1] ?? 0];
    return this.#littleEndian ? (second << 8) | first : (first << 8) | second;
  }

  /** The next 32-bit number. */
  u32(what: string): number {
    const bytes = this.#bytes;
    const at = this.#take(4, what);
    const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const low = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    return this.#littleEndian ? swapped(low) * 0x10000 + swapped(high) : high * 0x10000 + low;
  }

  /** The next 32-bit number with a sign. */
  i32(what: string): number {
    return this.#view.getInt32(this.#take(4, what), this.#littleEndian);
  }

  /** The next 64-bit number. */
  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), this.#littleEndian);
  }

  /** The next 64-bit number with a sign. */
  i64(what: string): bigint {
    return this.#view.getBigInt64(this.#take(8, what), this.#littleEndian);
  }

  /** A 64-bit number stored as its upper and then its lower half, as pcapng does with times. */
  halves(what: string): bigint {
    const upper = this.u32(what);
    return (BigInt(upper) << 32n) | BigInt(this.u32(what));
  }

  /** The next `length` bytes, as a view. */
  take(length: number, what: string): Uint8Array {
    const start = this.#take(length, what);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next `length` bytes, as a view, and behind them the padding to a multiple of four bytes. */
  takePadded(length: number, what: string): Uint8Array {
    const taken = this.take(length, what);
    this.take(-length & 3, `padding of the ${what}`);
    return taken;
  }

  /** All that is left, as a view. */
  rest(): Uint8Array {
    return this.take(this.remaining, 'rest');
  }

  /** A reader of its own for the next `length` bytes. */
  part(length: number): ByteReader {
    const { subject, byteOrder, offset: fileOffset } = this;
    return new ByteReader({ subject, bytes: this.take(length, 'part'), byteOrder, fileOffset });
  }

  /** A reader of its own for the next `length` bytes, which skips their padding here. */
  within(length: number, subject: string): ByteReader {
    const fileOffset = this.offset;
    const bytes = this.takePadded(length, subject);
    return new ByteReader({ subject, bytes, byteOrder: this.byteOrder, fileOffset });
  }

  get #view(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#lazyView ??= new DataView(buffer, byteOffset, byteLength);
    return this.#lazyView;
  }

  #take(length: number, what: string): number {
    const start = this.#position;
    if (length > this.remaining) {
      const found = this.remaining === 1 ? '1 byte is left' : `${this.remaining} bytes are left`;
      throw new CaptureError(
        'BAD_LENGTH',
        `Cannot read the ${what} of the ${this.subject} at byte ${this.offset}: it takes ${length === 1 ? '1 byte' : `${length} bytes`}, ${found}`,
        { offset: this.offset },
      );
    }
    this.#position = start + length;
    return start;
  }
}

/** The two bytes of a 16-bit number the other way round. */
function swapped(number: number): number {
  return (number >> 8) | ((number & 0xff) << 8);
}
