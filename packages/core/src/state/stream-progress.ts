/**
 * How far the readers of TCP connections have come.
 */

/** How much a socket of the network has read. */
export interface StreamProgress {
  /** Text, as `10.53.57.11:80`. */
  readonly local: string;
  readonly peer: string;
  readonly received: bigint;
}

/** An end as `StreamProgress` has it; an IPv4 address that IPv6 sockets use is an IPv4 address. */
export function endName(address: string, port: number): string {
  return `${address.replace(/^::ffff:(?=\d+\.)/, '')}:${port}`;
}
