/**
 * Endpoints: the address and port that a socket file stands in for.
 */

/** What carries the data. */
export type Transport = 'tcp' | 'udp';
/** The IP version of an address. */
export type Family = 'ipv4' | 'ipv6';

/** One address and port of one host. */
export interface Endpoint {
  readonly transport: Transport;
  readonly family: Family;
  /** The host: the last byte of its addresses, 1 to 254. */
  readonly interfaceId: number;
  /** 1 to 65535. */
  readonly port: number;
  /** Whether the address is the host's loopback: `127.0.0.1`, `::1`, or `loopbackAddress`. */
  readonly loopback: boolean;
  /** The address when it is another one of the IPv4 loopback: `127.0.1.2`. Never `127.0.0.1`: absent means that. */
  readonly loopbackAddress?: string;
  /** Counts the further sockets on one endpoint (SO_REUSEPORT, SO_REUSEADDR) from 1. Absent for the first socket. */
  readonly share?: number;
}

/** Whether `value` is a whole number from 1 to 65535. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 0xffff;
}
