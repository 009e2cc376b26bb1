import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource, ElfError, isElf, readElf } from './elf.js';

interface Sample {
  readonly bits: 32 | 64;
  readonly isLittleEndian: boolean;
  readonly machine: number;
  readonly interpreter: string | undefined;
}

/** A file with a PT_LOAD header, a PT_INTERP header if there is an interpreter, and its name at the very end. */
function elfFile({ bits, isLittleEndian, machine, interpreter }: Sample): Uint8Array {
  const [headerLength, entryLength] = bits === 64 ? [64, 56] : [52, 32];
  const count = interpreter === undefined ? 1 : 2;
  const name = Buffer.from(interpreter === undefined ? '' : `${interpreter}\0`);
  const nameOffset = headerLength + count * entryLength;
  const bytes = new Uint8Array(nameOffset + name.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, isLittleEndian ? 1 : 2, 1]);
  bytes.set(name, nameOffset);

  const view = new DataView(bytes.buffer);
  const put16 = (at: number, value: number) => view.setUint16(at, value, isLittleEndian);
  const put32 = (at: number, value: number) => view.setUint32(at, value, isLittleEndian);
  const putWord = (at: number, value: number) =>
    bits === 64 ? view.setBigUint64(at, BigInt(value), isLittleEndian) : put32(at, value);
  put16(16, 2);
  put16(18, machine);
  putWord(bits === 64 ? 32 : 28, headerLength);
  put16(bits === 64 ? 54 : 42, entryLength);
  put16(bits === 64 ? 56 : 44, count);
  put32(headerLength, 1);
  if (interpreter !== undefined) {
    const entry = headerLength + entryLength;
    put32(entry, 3);
    putWord(entry + (bits === 64 ? 8 : 4), nameOffset);
    putWord(entry + (bits === 64 ? 32 : 16), name.length);
  }
  return bytes;
}

const X64: Sample = { bits: 64, isLittleEndian: true, machine: 62, interpreter: '/lib64/ld-linux-x86-64.so.2' };

function failureOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('readElf', () => {
  it.each<[string, Sample, string]>([
    ['a 64-bit little-endian program', X64, 'x64'],
    ['a 32-bit program', { ...X64, bits: 32, machine: 3, interpreter: '/lib/ld-linux.so.2' }, 'ia32'],
    ['a big-endian program', { ...X64, isLittleEndian: false, machine: 22, interpreter: '/lib/ld64.so.1' }, 's390x'],
    ['a static program', { ...X64, interpreter: undefined }, 'x64'],
    ['a machine it has no name for', { ...X64, machine: 8 }, 'machine 8'],
  ])('reads %s', (_name, sample, architecture) => {
    expect(readElf(bytesSource(elfFile(sample)))).toEqual({
      isGo: false,
      bits: sample.bits,
      architecture,
      interpreter: sample.interpreter,
    });
  });

  it.each([32, 64] as const)('says TRUNCATED at every length that a %i-bit file is cut to', (bits) => {
    const whole = elfFile({ ...X64, bits });
    for (let length = 0; length < whole.length; length++) {
      const error = failureOf(() => readElf(bytesSource(whole.subarray(0, length))));
      expect(error, `length ${length}`).toMatchObject({ name: 'ElfError', code: 'TRUNCATED' });
    }
    expect(readElf(bytesSource(whole)).interpreter).toBe(X64.interpreter);
  });

  it('names the part that is missing, where it should be and what there is', () => {
    const whole = elfFile(X64);
    expect(() => readElf(bytesSource(whole.subarray(0, 70)))).toThrow(
      'Cannot read the ELF program headers at byte 64: 112 bytes are needed, the file holds 6 more',
    );
  });

  it.each<[string, number, number[], string]>([
    ['no magic', 0, [0x7e], 'Cannot read the ELF file at byte 0: it does not begin with 7F 45 4C 46'],
    ['an unknown class', 4, [3], 'Cannot read the ELF file at byte 4: 3 is no class'],
    ['an unknown byte order', 5, [0], 'Cannot read the ELF file at byte 5: 0 is no data encoding'],
    [
      'headers of another size',
      54,
      [55, 0],
      'Cannot read the ELF file at byte 54: its program headers are 55 bytes long instead of 56',
    ],
    ['too many headers', 56, [255, 255], 'Cannot read the ELF file at byte 56: it has too many program headers'],
    [
      'an endless interpreter',
      64 + 56 + 32,
      [0, 0, 1],
      'Cannot read the ELF file at byte 120: the name of its interpreter is 65536 bytes long',
    ],
    [
      'a place beyond all files',
      32,
      [0, 0, 0, 0, 0, 0, 0, 0xff],
      `Cannot read the ELF file at byte ${Number(0xff00000000000000n)}: the place of its program headers is out of range`,
    ],
  ])('says BAD_HEADER for a file with %s', (_name, offset, bytes, message) => {
    const damaged = elfFile(X64);
    damaged.set(bytes, offset);
    const error = failureOf(() => readElf(bytesSource(damaged)));
    expect(error).toMatchObject({ code: 'BAD_HEADER', message });
  });

  it('throws nothing but ElfError, whatever the bytes', () => {
    const damaged = fc.array(fc.tuple(fc.nat(elfFile(X64).length - 1), fc.integer({ min: 0, max: 255 })));
    fc.assert(
      fc.property(damaged, (changes) => {
        const bytes = elfFile(X64);
        for (const [at, value] of changes) bytes[at] = value;
        const result = failureOf(() => readElf(bytesSource(bytes)));
        return !(result instanceof Error) || result instanceof ElfError;
      }),
    );
  });
});

describe('isElf', () => {
  it('knows the four bytes, and that fewer are not enough', () => {
    expect(isElf(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46))).toBe(true);
    expect(isElf(Uint8Array.of(0x7f, 0x45, 0x4c))).toBe(false);
    expect(isElf(new TextEncoder().encode('#!/bin/sh'))).toBe(false);
  });
});
