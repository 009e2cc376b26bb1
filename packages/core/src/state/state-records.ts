/**
 * Decodes the tables of `.state`: bytes in, records out. The layout is that of `state-layout.ts`.
 */
import { endianness } from 'node:os';
import type { Family, Transport } from '../address/endpoint.js';
import { isInterfaceId } from '../address/interface-id.js';
import { NetworkError } from '../network-error.js';
import { ipv4Text, ipv6Text } from '../pcap/ip-text.js';
import { ADDRESS, ADDRESS_FAMILY, HEADER, MIN_COOKIE, PROCESS, SOCKET, SOCKET_TYPE, STATE } from './state-layout.js';

/** An address and port as a socket record holds them. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** One socket of `.state`. */
export interface SocketRecord {
  readonly cookie: bigint;
  readonly inode: bigint;
  readonly pid: number;
  readonly spawn: number;
  readonly flags: number;
  readonly family: Family;
  readonly transport: Transport;
  readonly interfaceId: number;
  readonly local: SocketAddress | undefined;
  readonly peer: SocketAddress | undefined;
  /** How much of a stream was read. */
  readonly received: bigint;
}

/** One process of the network. */
export interface ProcessInfo {
  readonly pid: number;
  /** The `SOCKET_WRAPPER_SPAWN` it was started with, 0 when there was none. */
  readonly spawn: number;
}

// The file never leaves the machine that made it, so its byte order is the machine's.
const LITTLE_ENDIAN = endianness() === 'LE';

/** The numbers of the used pages that a header names, in order. */
export function usedPagesOf(header: Uint8Array): number[] {
  const bitmap = header.subarray(HEADER.usedPages, HEADER.usedPages + HEADER.usedPagesSize);
  const pages: number[] = [];
  bitmap.forEach((bits, byte) => {
    for (let bit = 0; bits >> bit !== 0; bit++) {
      if ((bits >> bit) & 1) pages.push(8 * byte + bit);
    }
  });
  return pages;
}

/** The processes of a process table, free entries left out. */
export function processesOf(table: Uint8Array): ProcessInfo[] {
  const view = viewOf(table);
  const processes: ProcessInfo[] = [];
  for (let at = 0; at + STATE.processTable.entrySize <= table.length; at += STATE.processTable.entrySize) {
    const pid = view.getUint32(at + PROCESS.pid, LITTLE_ENDIAN);
    if (pid !== 0) processes.push({ pid, spawn: view.getUint32(at + PROCESS.spawn, LITTLE_ENDIAN) });
  }
  return processes;
}

/**
 * The sockets in some consecutive records; `offset` is where in the file the first one starts.
 *
 * A record whose family, type or interface is still 0 is being written at this moment, and left out.
 *
 * @throws {NetworkError} `STATE_CORRUPT` names the byte and what was found there.
 */
export function socketsOf(records: Uint8Array, offset: number): SocketRecord[] {
  const sockets: SocketRecord[] = [];
  for (let at = 0; at + STATE.socketTable.recordSize <= records.length; at += STATE.socketTable.recordSize) {
    const record = socketOf(records.subarray(at, at + STATE.socketTable.recordSize), offset + at);
    if (record !== undefined) sockets.push(record);
  }
  return sockets;
}

function socketOf(record: Uint8Array, offset: number): SocketRecord | undefined {
  const view = viewOf(record);
  const cookie = view.getBigUint64(SOCKET.cookie, LITTLE_ENDIAN);
  if (cookie < MIN_COOKIE) return undefined;

  const family = view.getUint8(SOCKET.family);
  const type = view.getUint8(SOCKET.type);
  const interfaceId = view.getUint8(SOCKET.interfaceId);
  if (family === 0 || type === 0 || interfaceId === 0) return undefined;
  if (!isInterfaceId(interfaceId)) {
    throw corrupt(offset + SOCKET.interfaceId, `interface ID ${interfaceId}, 1 to 254 is needed`);
  }

  return {
    cookie,
    inode: view.getBigUint64(SOCKET.inode, LITTLE_ENDIAN),
    pid: view.getUint32(SOCKET.pid, LITTLE_ENDIAN),
    spawn: view.getUint32(SOCKET.spawn, LITTLE_ENDIAN),
    flags: view.getUint32(SOCKET.flags, LITTLE_ENDIAN),
    family: familyOf(family, offset + SOCKET.family),
    transport: transportOf(type, offset + SOCKET.type),
    interfaceId,
    local: addressOf(record.subarray(SOCKET.local), offset + SOCKET.local),
    peer: addressOf(record.subarray(SOCKET.peer), offset + SOCKET.peer),
    received: view.getBigUint64(SOCKET.received, LITTLE_ENDIAN),
  };
}

function addressOf(bytes: Uint8Array, offset: number): SocketAddress | undefined {
  const view = viewOf(bytes);
  const family = view.getUint16(ADDRESS.family, LITTLE_ENDIAN);
  if (family === 0) return undefined;

  const port = view.getUint16(ADDRESS.port, LITTLE_ENDIAN);
  return familyOf(family, offset + ADDRESS.family) === 'ipv4'
    ? { address: ipv4Text(bytes.subarray(ADDRESS.bytes, ADDRESS.bytes + 4)), port }
    : { address: ipv6Text(bytes.subarray(ADDRESS.bytes, ADDRESS.bytes + 16)), port };
}

function familyOf(value: number, offset: number): Family {
  if (value === ADDRESS_FAMILY.ipv4) return 'ipv4';
  if (value === ADDRESS_FAMILY.ipv6) return 'ipv6';
  throw corrupt(offset, `address family ${value}, ${ADDRESS_FAMILY.ipv4} or ${ADDRESS_FAMILY.ipv6} is needed`);
}

function transportOf(value: number, offset: number): Transport {
  if (value === SOCKET_TYPE.tcp) return 'tcp';
  if (value === SOCKET_TYPE.udp) return 'udp';
  throw corrupt(offset, `socket type ${value}, ${SOCKET_TYPE.tcp} or ${SOCKET_TYPE.udp} is needed`);
}

function corrupt(offset: number, found: string): NetworkError {
  return new NetworkError('STATE_CORRUPT', `Cannot read the sockets of .state: byte ${offset} holds ${found}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
