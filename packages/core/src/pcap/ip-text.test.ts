import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from './ip-text.js';

describe('ipv6Text', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['fd00:0:0:0:0:0:5357:5f0b', 'fd00::5357:5f0b'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1::', '1::'],
    ['::ffff:a35:390b', '::ffff:10.53.57.11'],
    ['::ffff:10.53.57.11', '::ffff:10.53.57.11'],
  ])('writes %s as %s', (text, canonical) => {
    expect(ipv6Text(ipv6Bytes(text) ?? new Uint8Array())).toBe(canonical);
  });

  it('is read back to the same bytes, and by others as an address', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(isIPv6(ipv6Text(bytes))).toBe(true);
        expect(ipv6Bytes(ipv6Text(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('ipv4Bytes', () => {
  it('reads what ipv4Text writes', () => {
    expect(ipv4Bytes(ipv4Text(Uint8Array.of(10, 53, 57, 255)))).toEqual(Uint8Array.of(10, 53, 57, 255));
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', 'a.b.c.d', '1.2.3.4 '])('leaves %j alone', (text) => {
    expect(ipv4Bytes(text)).toBeUndefined();
    expect(isIPv4(text)).toBe(false);
  });
});

describe('ipv6Bytes', () => {
  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7::8',
    '::1.2.3.256',
  ])('leaves %j alone', (text) => {
    expect(ipv6Bytes(text)).toBeUndefined();
    expect(isIPv6(text)).toBe(false);
  });
});
