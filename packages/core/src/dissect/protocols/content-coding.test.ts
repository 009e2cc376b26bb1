import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Redaction } from '../../redact/redaction.js';
import { excerptOfCoded } from './content-coding.js';
import { BODY_HEAD_LENGTH, type Body } from './stream-reader.js';

const TEXT = JSON.stringify({ error: 'no such user', token: 'hunter2' });
const LONG = Array.from({ length: 2000 }, (_, i) => `line ${(i * 7919) % 65_537}\n`).join('');

const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Uint8Array };
const CODINGS: readonly (readonly [string, (text: string) => Uint8Array])[] = [
  ['gzip', zlib.gzipSync],
  ['X-GZIP', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['deflate', zlib.deflateRawSync],
  ['br', zlib.brotliCompressSync],
  ...(zstdCompressSync === undefined ? [] : [['zstd', zstdCompressSync] as const]),
];

/** What a parser keeps of `bytes`. */
const bodyOf = (bytes: Uint8Array): Body => ({ length: bytes.byteLength, head: bytes.subarray(0, BODY_HEAD_LENGTH) });

describe('excerptOfCoded', () => {
  it.each(CODINGS)('reads what was packed by %s', (coding, pack) => {
    expect(excerptOfCoded(bodyOf(pack(TEXT)), coding)).toEqual({ excerpt: TEXT });
  });

  it.each(CODINGS.filter(([coding]) => coding !== 'zstd'))(
    'reads the beginning of what is longer, packed by %s',
    (coding, pack) => {
      const { excerpt = '' } = excerptOfCoded(bodyOf(pack(LONG)), coding);
      expect(excerpt).toMatch(/^"line 0\\nline 7919\\nline 15838\\n.*…"$/);
    },
  );

  it.each(CODINGS.filter(([coding]) => coding !== 'zstd'))(
    'unpacks no more than a little of a few bytes that stand for 16 MB, packed by %s',
    (coding, pack) => {
      expect(excerptOfCoded(bodyOf(pack('x'.repeat(16_000_000))), coding).excerpt ?? '').toMatch(/^(?:"x{300}…")?$/);
    },
  );

  it('shows what is not packed as it is', () => {
    expect(excerptOfCoded(bodyOf(Buffer.from(TEXT)), undefined)).toEqual({ excerpt: TEXT });
  });

  it.each([
    ['of no known coding', bodyOf(Buffer.from(TEXT)), 'compress'],
    ['packed twice', bodyOf(zlib.gzipSync(zlib.gzipSync(TEXT))), 'gzip, gzip'],
    ['not packed as it says', bodyOf(Buffer.from(TEXT)), 'gzip'],
    ['not packed by Brotli as it says', bodyOf(Buffer.from(TEXT)), 'br'],
    ['cut before anything can be told', bodyOf(zlib.gzipSync(TEXT).subarray(0, 10)), 'gzip'],
    ['empty', bodyOf(new Uint8Array()), 'gzip'],
  ])('says nothing of a body that is %s', (_what, body, coding) => {
    expect(excerptOfCoded(body, coding)).toEqual({});
  });

  it('takes out what must not be told, which nobody could find before', () => {
    expect(excerptOfCoded(bodyOf(zlib.gzipSync(TEXT)), 'gzip', new Redaction([/hunter\d/]))).toEqual({
      excerpt: TEXT.replace('hunter2', 'xxxxxxx'),
    });
  });
});
