import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interfaceIdOf, ipv4Of, ipv6Of } from './ip.js';

const interfaceIds = fc.integer({ min: 1, max: 254 });

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
