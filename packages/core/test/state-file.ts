/**
 * Writes socket and process records into a `.state` file as the native library would, by the numbers of
 * `docs/network-directory.md`: on purpose not by the tables of `src/state/state-layout.ts`.
 */
import { closeSync, openSync, readSync, utimesSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';

export const FLAG = { bound: 1, wildcard: 2, listening: 4, connected: 8 };

export interface RecordFields {
  readonly slot?: number;
  readonly cookie?: bigint;
  readonly inode?: bigint;
  readonly pid?: number;
  readonly spawn?: number;
  readonly flags?: number;
  readonly family?: number;
  readonly type?: number;
  readonly interfaceId?: number;
  readonly local?: AddressFields;
  readonly peer?: AddressFields;
  /** Of a stream. */
  readonly received?: bigint;
}

interface AddressFields {
  readonly bytes: readonly number[];
  readonly port: number;
  readonly family?: number;
}

const LITTLE_ENDIAN = endianness() === 'LE';

/** The 256 bytes of a socket record: by default an open TCP socket over IPv4 on interface 10. */
export function socketRecord(fields: RecordFields = {}): Uint8Array {
  const { cookie = 4711n, inode = 0n, pid = process.pid, spawn = 0, flags = 0 } = fields;
  const { family = 2, type = 1, interfaceId = 10, local, peer, received = 0n } = fields;
  const record = new Uint8Array(256);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, cookie, LITTLE_ENDIAN);
  view.setBigUint64(8, inode, LITTLE_ENDIAN);
  view.setUint32(16, pid, LITTLE_ENDIAN);
  view.setUint32(20, spawn, LITTLE_ENDIAN);
  view.setUint32(24, flags, LITTLE_ENDIAN);
  record.set([family, type, interfaceId, 1], 28);
  view.setBigUint64(88, received, LITTLE_ENDIAN);
  for (const [offset, address] of [
    [32, local],
    [56, peer],
  ] as const) {
    if (address === undefined) continue;
    record.set(address.bytes, offset);
    view.setUint16(offset + 16, address.port, LITTLE_ENDIAN);
    view.setUint16(offset + 18, address.family ?? (address.bytes.length === 4 ? 2 : 10), LITTLE_ENDIAN);
  }
  return record;
}

/** Puts a record into its slot: the page is marked used before. */
export function addSocket(path: string, fields: RecordFields): void {
  const { slot = 0 } = fields;
  const page = Math.floor(slot / 16);
  const file = openSync(path, 'r+');
  const bits = new Uint8Array(1);
  readSync(file, bits, 0, 1, 2048 + (page >> 3));
  writeSync(file, Uint8Array.of((bits[0] ?? 0) | (1 << (page & 7))), 0, 1, 2048 + (page >> 3));
  writeSync(file, socketRecord(fields), 0, 256, 69_632 + 256 * slot);
  closeSync(file);
}

/** Enters a process into the table. */
export function addProcess(path: string, slot: number, pid: number, spawn: number): void {
  writeAt(path, 4096 + 16 * slot, new Uint8Array(Uint32Array.of(pid, spawn).buffer));
}

/** Rings the doorbell. */
export function ring(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

export function writeAt(path: string, offset: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}
