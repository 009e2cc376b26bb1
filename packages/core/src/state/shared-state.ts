/**
 * The file `.state` of a network directory: makes it, and reads its tables without mapping or scanning all of it.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { NetworkError } from '../network-error.js';
import { HEADER, STATE } from './state-layout.js';
import { type ProcessInfo, processesOf, type SocketRecord, socketsOf, usedPagesOf } from './state-records.js';
import { endName, type StreamProgress } from './stream-progress.js';

/** The name of the file in the network directory. */
export const STATE_FILE = '.state';

const PAGE_SIZE = HEADER.recordsPerPage * STATE.socketTable.recordSize;

/** Makes an empty state: sized first, the magic last, so that whoever sees the magic sees the whole file. */
export function createSharedState(path: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    ftruncateSync(file, STATE.size);
    writeSync(file, STATE.magic, HEADER.magic, 'latin1');
  } finally {
    closeSync(file);
  }
}

/**
 * The socket records in use, ghosts included.
 *
 * @throws {NetworkError} `STATE_UNREADABLE`, `STATE_BAD_MAGIC`, `STATE_TRUNCATED`, `STATE_CORRUPT`
 */
export function readSocketRecords(path: string): SocketRecord[] {
  return withState(path, (file) => socketRecordsOf(file, path));
}

function socketRecordsOf(file: number, path: string): SocketRecord[] {
  return decodeState(file, path, (header, read) =>
    usedPagesOf(header).flatMap((page) => {
      const offset = STATE.socketTable.offset + page * PAGE_SIZE;
      return socketsOf(read(offset, PAGE_SIZE), offset);
    }),
  );
}

/**
 * The processes that have entered themselves. One that was killed may still be among them.
 *
 * @throws {NetworkError} `STATE_UNREADABLE`, `STATE_BAD_MAGIC`, `STATE_TRUNCATED`
 */
export function readProcesses(path: string): ProcessInfo[] {
  const { offset, entrySize, entries } = STATE.processTable;
  return withState(path, (file) =>
    decodeState(file, path, (_header, read) => processesOf(read(offset, entrySize * entries))),
  );
}

/**
 * How much each connected socket has read, of the open state.
 *
 * @throws {NetworkError} `STATE_BAD_MAGIC`, `STATE_TRUNCATED`, `STATE_CORRUPT`
 */
export function readStreamProgress(file: number): StreamProgress[] {
  return socketRecordsOf(file, STATE_FILE).flatMap(({ local, peer, received }) =>
    local === undefined || peer === undefined
      ? []
      : [{ local: endName(local.address, local.port), peer: endName(peer.address, peer.port), received }],
  );
}

type Read = (offset: number, length: number) => Uint8Array;

function withState<T>(path: string, use: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new NetworkError('STATE_UNREADABLE', `Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** What `decode` makes of the file; nothing while the file is new, which is a valid empty table. */
function decodeState<T>(file: number, path: string, decode: (header: Uint8Array, read: Read) => T[]): T[] {
  const read: Read = (offset, length) => {
    const bytes = new Uint8Array(length);
    const found = readSync(file, bytes, 0, length, offset);
    if (found === length) return bytes;
    throw truncated(path, offset, length, fstatSync(file).size);
  };
  const magic = Buffer.alloc(STATE.magic.length);
  readSync(file, magic, 0, magic.length, HEADER.magic);
  if (magic.every((byte) => byte === 0)) return [];
  if (magic.toString('latin1') !== STATE.magic) {
    const found = JSON.stringify(magic.toString('latin1'));
    throw new NetworkError('STATE_BAD_MAGIC', `Cannot read ${path}: it begins with ${found}, not "${STATE.magic}"`);
  }
  return decode(read(0, STATE.headerSize), read);
}

function truncated(path: string, offset: number, length: number, size: number): NetworkError {
  return new NetworkError(
    'STATE_TRUNCATED',
    `Cannot read ${length} bytes at byte ${offset} of ${path}: it is ${size} bytes long, ${STATE.size} are needed`,
  );
}
