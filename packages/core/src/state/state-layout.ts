/**
 * Where things are in `.state`, the memory-mapped table of sockets and processes.
 *
 * `docs/network-directory.md` ("`.state`") is the contract; the native library has the same numbers in C.
 */

/** The parts of the file. */
export const STATE = {
  magic: 'SWRAPST1',
  headerSize: 4096,
  processTable: { offset: 4096, entrySize: 16, entries: 4096 },
  socketTable: { offset: 69_632, recordSize: 256, records: 262_144 },
  size: 72_421_376,
} as const;

/** Fields of the header. */
export const HEADER = {
  magic: 0,
  changes: 8,
  usedPages: 2048,
  usedPagesSize: 2048,
  recordsPerPage: 16,
} as const;

/** Fields of a process entry. */
export const PROCESS = { pid: 0, spawn: 4 } as const;

/** Fields of a socket record. */
export const SOCKET = {
  cookie: 0,
  inode: 8,
  pid: 16,
  spawn: 20,
  flags: 24,
  family: 28,
  type: 29,
  interfaceId: 30,
  local: 32,
  peer: 56,
  received: 88,
} as const;

/** Fields of an address in a socket record. */
export const ADDRESS = { bytes: 0, port: 16, family: 18 } as const;

/** The lowest cookie of a record in use: 0 is free, 1 deleted. */
export const MIN_COOKIE = 2n;

/** Bits of a socket record's flags. */
export const FLAG = { bound: 1, wildcard: 2, listening: 4, connected: 8 } as const;

/** The numbers of `AF_INET` and `AF_INET6` on Linux. */
export const ADDRESS_FAMILY = { ipv4: 2, ipv6: 10 } as const;

/** The numbers of `SOCK_STREAM` and `SOCK_DGRAM` on Linux. */
export const SOCKET_TYPE = { tcp: 1, udp: 2 } as const;
