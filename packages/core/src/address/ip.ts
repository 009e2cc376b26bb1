/**
 * The addresses of hosts, and IP addresses as text.
 *
 * `docs/network-directory.md` ("Hosts and addresses") is the contract with the native library.
 */
import { AddressError } from './address-error.js';
import { assertInterfaceId, isInterfaceId } from './interface-id.js';

/** The IPv4 network of every {@link Network}: host `ID` has the address `10.53.57.ID`. */
export const IPV4_NETWORK = '10.53.57.0' as const;

const IPV4_PREFIX = '10.53.57.';
const IPV6_PREFIX = 'fd00::5357:5f';

/**
 * The IPv4 address of the host with this interface ID.
 *
 * @throws {AddressError} `BAD_INTERFACE_ID`
 * @example
 * ipv4Of(11); // '10.53.57.11'
 */
export function ipv4Of(interfaceId: number): string {
  assertInterfaceId(interfaceId);
  return `${IPV4_PREFIX}${interfaceId}`;
}

/**
 * The IPv6 address of the host with this interface ID.
 *
 * @throws {AddressError} `BAD_INTERFACE_ID`
 * @example
 * ipv6Of(11); // 'fd00::5357:5f0b'
 */
export function ipv6Of(interfaceId: number): string {
  assertInterfaceId(interfaceId);
  return `${IPV6_PREFIX}${interfaceId.toString(16).padStart(2, '0')}`;
}

/**
 * The interface ID of the host that has this address; `undefined` for an address of no host, loopback included.
 *
 * @example
 * interfaceIdOf('10.53.57.11'); // 11
 * interfaceIdOf('fd00::5357:5f0b'); // 11
 * interfaceIdOf('127.0.0.1'); // undefined
 */
export function interfaceIdOf(address: string): number | undefined {
  for (const [prefix, base] of [
    [IPV4_PREFIX, 10],
    [IPV6_PREFIX, 16],
  ] as const) {
    if (!address.startsWith(prefix)) continue;
    const interfaceId = Number.parseInt(address.slice(prefix.length), base);
    if (!isInterfaceId(interfaceId)) continue;
    if (address === (base === 10 ? ipv4Of(interfaceId) : ipv6Of(interfaceId))) return interfaceId;
  }
  return undefined;
}

/**
 * Four bytes as dotted decimal.
 *
 * @throws {AddressError} `BAD_IP_ADDRESS` when there are not four bytes.
 * @example
 * formatIpv4(Uint8Array.of(10, 53, 57, 11)); // '10.53.57.11'
 */
export function formatIpv4(bytes: Uint8Array): string {
  assertLength(bytes, 4, 'IPv4');
  return bytes.join('.');
}

/**
 * Sixteen bytes as RFC 5952 writes them: lower case, the longest run of zeros as `::`, a mapped IPv4 address dotted.
 *
 * @throws {AddressError} `BAD_IP_ADDRESS` when there are not sixteen bytes.
 * @example
 * formatIpv6(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)); // '::1'
 */
export function formatIpv6(bytes: Uint8Array): string {
  assertLength(bytes, 16, 'IPv6');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${formatIpv4(bytes.subarray(12))}`;
  }

  const { start, length } = longestZeroRun(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 §4.2.2: a single group of zeros is not shortened.
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}

function assertLength(bytes: Uint8Array, length: number, family: string): void {
  if (bytes.length === length) return;
  throw new AddressError('BAD_IP_ADDRESS', `An ${family} address has ${length} bytes, not ${bytes.length}`);
}
