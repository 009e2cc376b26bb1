import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressError } from './address-error.js';
import type { Endpoint } from './endpoint.js';
import { endpointOf, socketName } from './socket-name.js';

const VECTORS = new URL('../../../../test/vectors/', import.meta.url);
const vectors = readVectors<Endpoint & { name: string }>('socket-names.json').map(({ name, ...endpoint }) => ({
  name,
  endpoint: endpoint as Endpoint,
}));
const foreignNames = readVectors<string>('foreign-names.json');

function readVectors<T>(file: string): T[] {
  return JSON.parse(readFileSync(new URL(file, VECTORS), 'utf8'));
}

const otherLoopback = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((bytes) => `127.${bytes.join('.')}`)
  .filter((address) => address !== '127.0.0.1');
const endpoints: fc.Arbitrary<Endpoint> = fc
  .record(
    {
      transport: fc.constantFrom('tcp', 'udp'),
      family: fc.constantFrom('ipv4', 'ipv6'),
      interfaceId: fc.integer({ min: 1, max: 254 }),
      port: fc.integer({ min: 1, max: 65535 }),
      loopback: fc.boolean(),
      loopbackAddress: otherLoopback,
      share: fc.integer({ min: 1, max: 0xffff_ffff }),
    },
    { requiredKeys: ['transport', 'family', 'interfaceId', 'port', 'loopback'] },
  )
  .map(({ loopbackAddress, ...endpoint }) =>
    loopbackAddress === undefined || !endpoint.loopback || endpoint.family === 'ipv6'
      ? endpoint
      : { ...endpoint, loopbackAddress },
  );

// Names that are nearly right: random text would never come close.
const nearNames = fc
  .tuple(
    fc.constantFrom(...'TUXYtuxyZ'),
    fc.stringMatching(/^[0-9A-Fa-f]{2}$/),
    fc.stringMatching(/^[0-9A-Fa-f]{3,5}$/),
    fc.option(fc.stringMatching(/^\.7[Ff][0-9A-F]{6}$/), { nil: '' }),
    fc.option(fc.stringMatching(/^\+[0-9]{1,11}$/), { nil: '' }),
  )
  .map((parts) => parts.join(''));

describe('socketName', () => {
  it.each(vectors)('gives $name', ({ name, endpoint }) => {
    expect(socketName(endpoint)).toBe(name);
  });

  it.each([
    [{ interfaceId: 0 }, 'BAD_INTERFACE_ID', '0 is not an interface ID: a whole number from 1 to 254 is needed'],
    [{ interfaceId: 255 }, 'BAD_INTERFACE_ID', '255 is not an interface ID: a whole number from 1 to 254 is needed'],
    [{ interfaceId: 1.5 }, 'BAD_INTERFACE_ID', '1.5 is not an interface ID: a whole number from 1 to 254 is needed'],
    [{ port: 0 }, 'BAD_PORT', '0 is not a port that a socket file can have: 1 to 65535 is needed'],
    [{ port: 65536 }, 'BAD_PORT', '65536 is not a port that a socket file can have: 1 to 65535 is needed'],
    [{ share: 0 }, 'BAD_SHARE_NUMBER', '0 is not a share number: 1 to 4294967295 is needed'],
    ...['127.0.0.1', '10.0.0.1', '127.0.0.256', '127.0.0.01', '127.1', ''].map(
      (loopbackAddress) =>
        [
          { loopback: true, loopbackAddress },
          'BAD_LOOPBACK_ADDRESS',
          `A socket file cannot stand in for loopback address ${loopbackAddress}: an IPv4 loopback endpoint and an ` +
            'address of 127.0.0.0/8 other than 127.0.0.1 are needed',
        ] as const,
    ),
  ] as const)('refuses %o', (fault, code, message) => {
    const endpoint: Endpoint = {
      transport: 'tcp',
      family: 'ipv4',
      interfaceId: 10,
      port: 7,
      loopback: false,
      ...fault,
    };
    expect(() => socketName(endpoint)).toThrow(expect.objectContaining({ name: 'AddressError', code, message }));
    expect(() => socketName(endpoint)).toThrow(AddressError);
  });

  it.each([
    { loopback: false, family: 'ipv4' },
    { loopback: true, family: 'ipv6' },
  ] as const)('refuses a loopback address on %o', (kind) => {
    const endpoint: Endpoint = { transport: 'udp', interfaceId: 10, port: 7, loopbackAddress: '127.0.1.2', ...kind };
    expect(() => socketName(endpoint)).toThrow(expect.objectContaining({ code: 'BAD_LOOPBACK_ADDRESS' }));
  });
});

describe('endpointOf', () => {
  it.each(vectors)('reads $name', ({ name, endpoint }) => {
    expect(endpointOf(name)).toEqual(endpoint);
  });

  it.each(foreignNames)('leaves %j alone', (name) => {
    expect(endpointOf(name)).toBeUndefined();
  });

  it('reads the name of every endpoint back to the same endpoint', () => {
    fc.assert(
      fc.property(endpoints, (endpoint) => {
        expect(endpointOf(socketName(endpoint))).toEqual(endpoint);
      }),
    );
  });

  it('reads only names that socketName gives', () => {
    fc.assert(
      fc.property(fc.oneof(nearNames, fc.string()), (name) => {
        const endpoint = endpointOf(name);
        expect(endpoint === undefined ? name : socketName(endpoint)).toBe(name);
      }),
    );
  });
});
