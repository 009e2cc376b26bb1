import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../bytes/byte-reader.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import { CaptureError, CaptureWriteError } from '../../bytes/capture-error.js';
import { type JournalField, systemdJournal } from './systemd-journal.js';

function written(fields: readonly JournalField[]): Uint8Array {
  const writer = new ByteWriter('big');
  systemdJournal.encode({ type: 'systemd-journal', fields }, writer);
  return writer.written();
}

function decoded(bytes: Uint8Array): readonly JournalField[] {
  return systemdJournal.decode(new ByteReader({ subject: 'journal', bytes, byteOrder: 'big', fileOffset: 8 })).fields;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('systemdJournal', () => {
  it.each([
    ['a line', [{ name: 'MESSAGE', value: 'hello' }]],
    ['an empty value', [{ name: 'MESSAGE', value: '' }]],
    ['a value of two lines', [{ name: 'MESSAGE', value: 'two\nlines\n' }]],
    ['text with U+FFFD, which stands for bytes that are none', [{ name: 'MESSAGE', value: 'was \ufffd here' }]],
    ['bytes that are not text', [{ name: 'DATA', value: Uint8Array.of(0xff, 0, 10, 0) }]],
    [
      'one name several times',
      [
        { name: 'A', value: '1' },
        { name: 'A', value: '2=3' },
      ],
    ],
  ] satisfies [string, JournalField[]][])('reads what it wrote: %s', (_what, fields) => {
    expect(decoded(written(fields))).toEqual(fields);
  });

  it.each([0, 1, 2, 3])('fills its block up to a multiple of four bytes with %i more characters', (more) => {
    expect(written([{ name: 'M', value: 'x'.repeat(more) }]).byteLength % 4).toBe(0);
  });

  it('stops at an empty line, which ends an entry', () => {
    expect(decoded(bytes('A=1\n\n\0\0\0'))).toEqual([{ name: 'A', value: '1' }]);
  });

  it.each(['A', 'A=1', 'A\n\u0005\0\0\0', 'A\n\u0009\0\0\0\0\0\0\0short'])(
    'says where %j goes on past its end',
    (text) => {
      expect(() => decoded(bytes(text))).toThrow(
        new CaptureError('BAD_BLOCK', 'Cannot read the journal field at byte 8: it goes on past the end of its block', {
          offset: 8,
        }),
      );
    },
  );

  it.each(['', 'A=B', 'A\nB'])('refuses to write a field with the name %j', (name) => {
    expect(() => written([{ name, value: 'x' }])).toThrow(CaptureWriteError);
  });
});
