import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.js';

describe('ByteWriter', () => {
  // A number used to be lost when it was the one for which the writer had to grow.
  it.each([
    ['u8', 1, (writer: ByteWriter) => writer.u8(0xab, 'x')],
    ['u16', 2, (writer: ByteWriter) => writer.u16(0xabab, 'x')],
    ['u32', 4, (writer: ByteWriter) => writer.u32(0xabab_abab, 'x')],
    ['i32', 4, (writer: ByteWriter) => writer.i32(0xabab_abab | 0, 'x')],
    ['u64', 8, (writer: ByteWriter) => writer.u64(0xabab_abab_abab_ababn, 'x')],
    ['i64', 8, (writer: ByteWriter) => writer.i64(BigInt.asIntN(64, 0xabab_abab_abab_ababn), 'x')],
    ['halves', 8, (writer: ByteWriter) => writer.halves(0xabab_abab_abab_ababn, 'x')],
  ] as const)('keeps a %s wherever it has to grow', (_kind, length, write) => {
    for (let before = 200; before < 300; before += 1) {
      const writer = new ByteWriter('little');
      writer.bytes(new Uint8Array(before));
      write(writer);
      expect(writer.written().subarray(before)).toEqual(new Uint8Array(length).fill(0xab));
    }
  });

  it('fills up to a multiple of four bytes', () => {
    const writer = new ByteWriter('big');
    writer.padded(Uint8Array.of(1, 2, 3, 4, 5));
    expect(writer.written()).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0));
  });
});
