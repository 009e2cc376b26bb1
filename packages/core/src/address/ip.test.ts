import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6, interfaceIdOf, ipv4Of, ipv6Of } from './ip.js';

const interfaceIds = fc.integer({ min: 1, max: 254 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('the addresses of a host', () => {
  it.each([
    [1, '10.53.57.1', 'fd00::5357:5f01'],
    [11, '10.53.57.11', 'fd00::5357:5f0b'],
    [254, '10.53.57.254', 'fd00::5357:5ffe'],
  ])('of interface %i are %s and %s', (interfaceId, ipv4, ipv6) => {
    expect(ipv4Of(interfaceId)).toBe(ipv4);
    expect(ipv6Of(interfaceId)).toBe(ipv6);
  });

  it('lead back to the interface ID', () => {
    fc.assert(
      fc.property(interfaceIds, (interfaceId) => {
        expect(interfaceIdOf(ipv4Of(interfaceId))).toBe(interfaceId);
        expect(interfaceIdOf(ipv6Of(interfaceId))).toBe(interfaceId);
      }),
    );
  });

  it.each([0, 255, -1, 1.5, Number.NaN])('are not given for interface ID %d', (interfaceId) => {
    const message = `${interfaceId} is not an interface ID: a whole number from 1 to 254 is needed`;
    expect(() => ipv4Of(interfaceId)).toThrow(expect.objectContaining({ code: 'BAD_INTERFACE_ID', message }));
    expect(() => ipv6Of(interfaceId)).toThrow(expect.objectContaining({ code: 'BAD_INTERFACE_ID', message }));
  });
});

describe('interfaceIdOf', () => {
  it.each([
    '',
    '127.0.0.1',
    '::1',
    '10.53.57.0',
    '10.53.57.255',
    '10.53.57.011',
    '10.53.57.11 ',
    '10.53.57.1.1',
    'fd00::5357:5f00',
    'fd00::5357:5fff',
    'fd00::5357:5fB0',
    'fd00::5357:5fb',
  ])('knows no host at %j', (address) => {
    expect(interfaceIdOf(address)).toBeUndefined();
  });
});

describe('formatIpv4', () => {
  it('writes four bytes as dotted decimal', () => {
    expect(formatIpv4(Uint8Array.of(10, 53, 57, 11))).toBe('10.53.57.11');
  });

  it('refuses any other number of bytes', () => {
    const error = { code: 'BAD_IP_ADDRESS', message: 'An IPv4 address has 4 bytes, not 3' };
    expect(() => formatIpv4(new Uint8Array(3))).toThrow(expect.objectContaining(error));
  });
});

describe('formatIpv6', () => {
  it.each([
    ['::', []],
    ['::1', [[15, 1]]],
    [
      'fd00::5357:5f0b',
      [
        [0, 0xfd],
        [12, 0x53],
        [13, 0x57],
        [14, 0x5f],
        [15, 0x0b],
      ],
    ],
    [
      '::ffff:127.0.0.1',
      [
        [10, 0xff],
        [11, 0xff],
        [12, 127],
        [15, 1],
      ],
    ],
    [
      '1:0:1::1',
      [
        [1, 1],
        [5, 1],
        [15, 1],
      ],
    ],
  ] as const)('writes %s', (text, set) => {
    const address = new Uint8Array(16);
    for (const [at, value] of set) address[at] = value;
    expect(formatIpv6(address)).toBe(text);
  });

  it('writes what Node reads as the same address', () => {
    fc.assert(
      fc.property(bytes(16), fc.subarray([...Array(16).keys()]), (address, zeroed) => {
        for (const at of zeroed) address[at] = 0;
        const groups = Array.from({ length: 8 }, (_, at) => Buffer.from(address).toString('hex', 2 * at, 2 * at + 2));
        const plain = new SocketAddress({ address: groups.join(':'), family: 'ipv6' });
        const formatted = new SocketAddress({ address: formatIpv6(address), family: 'ipv6' });
        expect(formatted.address).toBe(plain.address);
      }),
    );
  });

  it('refuses any other number of bytes', () => {
    const error = { code: 'BAD_IP_ADDRESS', message: 'An IPv6 address has 16 bytes, not 4' };
    expect(() => formatIpv6(new Uint8Array(4))).toThrow(expect.objectContaining(error));
  });
});
