/**
 * Translates between IP endpoints and the Unix socket files that stand in for them.
 *
 * The native library builds the same names in C. `docs/network-directory.md` ("Socket file names") is the contract;
 * `test/vectors/socket-names.json` and `foreign-names.json` hold both sides to it.
 */
import { ipv4Bytes, ipv4Text } from '../pcap/ip-text.js';
import { AddressError } from './address-error.js';
import { type Endpoint, type Family, isPort, type Transport } from './endpoint.js';
import { assertInterfaceId, isInterfaceId } from './interface-id.js';

const LETTERS: Record<Transport, Record<Family, string>> = {
  tcp: { ipv4: 'T', ipv6: 'X' },
  udp: { ipv4: 'U', ipv6: 'Y' },
};
const KINDS: readonly { letter: string; transport: Transport; family: Family }[] = [
  { letter: 'T', transport: 'tcp', family: 'ipv4' },
  { letter: 'U', transport: 'udp', family: 'ipv4' },
  { letter: 'X', transport: 'tcp', family: 'ipv6' },
  { letter: 'Y', transport: 'udp', family: 'ipv6' },
];
const NAME =
  /^(?<letter>[TUXYtuxy])(?<id>[0-9A-F]{2})(?<port>[0-9A-F]{4})(?:\.(?<address>[0-9A-F]{8}))?(?:\+(?<share>[1-9][0-9]{0,9}))?$/;
const MAX_SHARE = 0xffff_ffff;

/**
 * The name, without directory, of the file that stands in for `endpoint`.
 *
 * @throws {AddressError} `BAD_INTERFACE_ID`, `BAD_PORT`, `BAD_LOOPBACK_ADDRESS`, `BAD_SHARE_NUMBER`
 * @example
 * socketName({ transport: 'tcp', family: 'ipv4', interfaceId: 10, port: 7, loopback: false }); // 'T0A0007'
 */
export function socketName(endpoint: Endpoint): string {
  const { transport, family, interfaceId, port, loopback, share } = endpoint;
  assertInterfaceId(interfaceId);
  if (!isPort(port)) {
    throw new AddressError('BAD_PORT', `${port} is not a port that a socket file can have: 1 to 65535 is needed`);
  }
  if (share !== undefined && !isShare(share)) {
    throw new AddressError('BAD_SHARE_NUMBER', `${share} is not a share number: 1 to ${MAX_SHARE} is needed`);
  }

  const letter = LETTERS[transport][family];
  const first = `${loopback ? letter.toLowerCase() : letter}${hex(interfaceId, 2)}${hex(port, 4)}`;
  return `${first}${loopbackSuffix(endpoint)}${share === undefined ? '' : `+${share}`}`;
}

/**
 * What the file called `name` stands in for; `undefined` for the other files that a directory may hold.
 *
 * Only the canonical spelling counts (`T0A0007`, not `T0a0007`): each endpoint has exactly one name.
 *
 * @example
 * endpointOf('t0B0050+1'); // { transport: 'tcp', family: 'ipv4', interfaceId: 11, port: 80, loopback: true, share: 1 }
 * endpointOf('hosts'); // undefined
 */
export function endpointOf(name: string): Endpoint | undefined {
  const { letter, id, port: portDigits, address, share: shareDigits } = NAME.exec(name)?.groups ?? {};
  const kind = KINDS.find((candidate) => candidate.letter === letter?.toUpperCase());
  if (kind === undefined || letter === undefined || id === undefined || portDigits === undefined) return undefined;

  const { transport, family } = kind;
  const interfaceId = Number.parseInt(id, 16);
  const port = Number.parseInt(portDigits, 16);
  const loopback = letter !== kind.letter;
  if (!isInterfaceId(interfaceId) || !isPort(port)) return undefined;

  const endpoint: { -readonly [Key in keyof Endpoint]: Endpoint[Key] } = {
    transport,
    family,
    interfaceId,
    port,
    loopback,
  };
  if (address !== undefined) {
    endpoint.loopbackAddress = ipv4Text(Buffer.from(address, 'hex'));
    if (loopbackBytes(endpoint) === undefined) return undefined;
  }
  if (shareDigits !== undefined) {
    endpoint.share = Number(shareDigits);
    if (!isShare(endpoint.share)) return undefined;
  }
  return endpoint;
}

function isShare(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_SHARE;
}

function loopbackSuffix(endpoint: Endpoint): string {
  if (endpoint.loopbackAddress === undefined) return '';

  const bytes = loopbackBytes(endpoint);
  if (bytes === undefined) {
    throw new AddressError(
      'BAD_LOOPBACK_ADDRESS',
      `A socket file cannot stand in for loopback address ${endpoint.loopbackAddress}: ` +
        'an IPv4 loopback endpoint and an address of 127.0.0.0/8 other than 127.0.0.1 are needed',
    );
  }
  return `.${Array.from(bytes, (byte) => hex(byte, 2)).join('')}`;
}

/** The bytes of an address that needs a name of its own; `undefined` when this endpoint cannot have it. */
function loopbackBytes({ family, loopback, loopbackAddress = '' }: Endpoint): Uint8Array | undefined {
  const bytes = ipv4Bytes(loopbackAddress);
  const isOtherLoopback = bytes?.[0] === 127 && loopbackAddress !== '127.0.0.1';
  return loopback && family === 'ipv4' && isOtherLoopback ? bytes : undefined;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
