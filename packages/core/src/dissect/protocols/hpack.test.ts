import { describe, expect, it } from 'vitest';
import { HpackDecoder } from './hpack.js';
import { decodeHuffman } from './hpack-huffman.js';
import { STATIC_TABLE } from './hpack-static-table.js';
import { ProtocolError } from './stream-reader.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const text = (decoded: Uint8Array) => Buffer.from(decoded).toString('latin1');

describe('decodeHuffman', () => {
  it.each([
    ['f1e3 c2e5 f23a 6ba0 ab90 f4ff', 'www.example.com'],
    ['a8eb 1064 9cbf', 'no-cache'],
    ['25a8 49e9 5ba9 7d7f', 'custom-key'],
    ['d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['', ''],
  ])('reads the example %s of RFC 7541, appendix C', (hex, expected) => {
    expect(text(decodeHuffman(bytes(hex)))).toBe(expected);
  });

  it.each([
    ['padding that is not of ones', 'f1e3 c2e5 f23a 6ba0 ab90 f400'],
    ['a whole byte of padding', 'a8eb 1064 9cbf ff'],
    ['the end marker', 'ffff ffff'],
  ])('refuses %s', (_what, hex) => {
    expect(() => decodeHuffman(bytes(hex))).toThrow(ProtocolError);
  });
});

describe('HpackDecoder', () => {
  it('keeps the table of RFC 7541, appendix C.4 over three requests', () => {
    const decoder = new HpackDecoder();
    const first = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ];
    expect(decoder.decode(bytes('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual(first);
    expect(decoder.decode(bytes('8286 84be 5886 a8eb 1064 9cbf'))).toEqual([...first, ['cache-control', 'no-cache']]);
    expect(decoder.decode(bytes('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf'))).toEqual([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/index.html'],
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ]);
  });

  it('forgets the oldest fields when its table shrinks', () => {
    const decoder = new HpackDecoder();
    decoder.decode(bytes('400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572'));
    expect(decoder.decode(bytes('be'))).toEqual([['custom-key', 'custom-header']]);
    expect(() => decoder.decode(bytes('20 be'))).toThrow(ProtocolError);
  });

  it('knows 61 fields from the start', () => {
    expect(STATIC_TABLE).toHaveLength(61);
    expect(new HpackDecoder().decode(bytes('bd'))).toEqual([['www-authenticate', '']]);
  });

  it.each(['80', 'ff', 'ffffffffffff', '41', '4105', '0085'])('refuses the damaged block %s', (hex) => {
    expect(() => new HpackDecoder().decode(bytes(hex))).toThrow(ProtocolError);
  });
});
