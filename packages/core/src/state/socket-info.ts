/**
 * What `network.sockets()` tells of a socket.
 */
import type { Family, Transport } from '../address/endpoint.js';
import { ipv4Of } from '../address/ip.js';
import { FLAG } from './state-layout.js';
import type { SocketAddress, SocketRecord } from './state-records.js';

/** How far a socket has come. */
export type SocketState = 'listening' | 'connected' | 'bound' | 'open';

/** A socket of the network, as a line of `ss -tulpn` has it. */
export interface SocketInfo {
  readonly transport: Transport;
  readonly family: Family;
  /** The name of the host the socket is on; its IPv4 address when the network has no host with that interface ID. */
  readonly host: string;
  readonly interfaceId: number;
  /** The process that made the socket or adopted it last. */
  readonly pid: number;
  /** The `SOCKET_WRAPPER_SPAWN` of that process, 0 when there was none. */
  readonly spawn: number;
  readonly state: SocketState;
  /** `0.0.0.0` or `::` with port 0 until the socket is bound. */
  readonly local: SocketAddress;
  /** Only of a connected socket. */
  readonly peer?: SocketAddress;
  /** Whether it was bound to every address of its host. */
  readonly wildcard: boolean;
}

/** Names the hosts of a record by `nameOf`, and its flags. */
export function socketInfoOf(record: SocketRecord, nameOf: (interfaceId: number) => string | undefined): SocketInfo {
  const { transport, family, interfaceId, pid, spawn, flags, peer } = record;
  const info = {
    transport,
    family,
    host: nameOf(interfaceId) ?? ipv4Of(interfaceId),
    interfaceId,
    pid,
    spawn,
    state: stateOf(flags),
    local: record.local ?? { address: family === 'ipv4' ? '0.0.0.0' : '::', port: 0 },
    wildcard: (flags & FLAG.wildcard) !== 0,
  };
  return peer === undefined || info.state !== 'connected' ? info : { ...info, peer };
}

/** Puts sockets into an order that is the same in every run: their places in the table depend on kernel counters. */
export function bySocketAddress(a: SocketInfo, b: SocketInfo): number {
  return (
    a.interfaceId - b.interfaceId ||
    a.local.port - b.local.port ||
    a.transport.localeCompare(b.transport) ||
    a.family.localeCompare(b.family) ||
    a.local.address.localeCompare(b.local.address) ||
    (a.peer?.port ?? 0) - (b.peer?.port ?? 0) ||
    a.pid - b.pid
  );
}

function stateOf(flags: number): SocketState {
  if (flags & FLAG.listening) return 'listening';
  if (flags & FLAG.connected) return 'connected';
  return flags & FLAG.bound ? 'bound' : 'open';
}
