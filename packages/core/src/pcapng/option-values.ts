/**
 * How the values of options are stored.
 */
import type { ByteReader } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import { CaptureWriteError } from '../bytes/capture-error.js';

/** How one kind of value is stored. */
export interface ValueCodec<T> {
  read(reader: ByteReader): T;
  write(value: T, writer: ByteWriter): void;
}

/** UTF-8 text without an end marker. */
export const text: ValueCodec<string> = {
  read: (reader) => decodeText(reader.rest()),
  write: (value, writer) => writer.bytes(new TextEncoder().encode(value)),
};

/** Bytes of any number. */
export const binary: ValueCodec<Uint8Array> = {
  read: (reader) => reader.rest(),
  write: (value, writer) => writer.bytes(value),
};

/** An 8-bit number. */
export const u8: ValueCodec<number> = {
  read: (reader) => reader.u8('number'),
  write: (value, writer) => writer.u8(value, 'option'),
};

/** A 32-bit number. */
export const u32: ValueCodec<number> = {
  read: (reader) => reader.u32('number'),
  write: (value, writer) => writer.u32(value, 'option'),
};

/** A 32-bit number with a sign. */
export const i32: ValueCodec<number> = {
  read: (reader) => reader.i32('number'),
  write: (value, writer) => writer.i32(value, 'option'),
};

/** A 64-bit number. */
export const u64: ValueCodec<bigint> = {
  read: (reader) => reader.u64('number'),
  write: (value, writer) => writer.u64(value, 'option'),
};

/** A 64-bit number with a sign. */
export const i64: ValueCodec<bigint> = {
  read: (reader) => reader.i64('number'),
  write: (value, writer) => writer.i64(value, 'option'),
};

/** A time: the upper half of a 64-bit number, then the lower. */
export const ticks: ValueCodec<bigint> = {
  read: (reader) => reader.halves('time'),
  write: (value, writer) => writer.halves(value, 'time'),
};

/** A byte that says of which kind the bytes behind it are. */
export const kindAndBytes: ValueCodec<{ readonly kind: number; readonly value: Uint8Array }> = {
  read: (reader) => ({ kind: reader.u8('kind'), value: reader.rest() }),
  write: ({ kind, value }, writer) => {
    writer.u8(kind, 'kind of an option');
    writer.bytes(value);
  },
};

/** Exactly `length` bytes. */
export function fixed(length: number): ValueCodec<Uint8Array> {
  return {
    read: (reader) => reader.take(length, 'bytes'),
    write: (value, writer) => {
      if (value.byteLength !== length) {
        const message = `Cannot write an option of ${value.byteLength} bytes: it must have ${length}`;
        throw new CaptureWriteError('OUT_OF_RANGE', message);
      }
      writer.bytes(value);
    },
  };
}

/** The text in UTF-8 `bytes`; what is not UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
