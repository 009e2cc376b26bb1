/**
 * The addresses of hosts.
 *
 * `docs/network-directory.md` ("Hosts and addresses") is the contract with the native library.
 */
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
