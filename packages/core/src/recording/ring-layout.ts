/**
 * Where things are in `.capture`, the flight recorder that the native library keeps in a network's directory.
 *
 * `docs/network-directory.md` ("`.capture`") is the contract; the native library has the same numbers in `capture/event.h`. All
 * numbers are in the byte order of the machine, which is little-endian wherever the library runs.
 */

/** The ring's name in a network's directory. */
export const RECORDER_FILE = '.capture';

/** The header, one page, in front of the ring. */
export const RING = {
  magic: 0x33474e5254504143n,
  headerSize: 4096,
  minSize: 65_536,
  maxSize: 1 << 30,
  fields: { magic: 0, size: 8, watched: 20, head: 64, lostEvents: 136, lostBytes: 144, begin: 152 },
} as const;

/** An event: its header and what is behind it. Every event begins at a multiple of the alignment. */
export const EVENT = {
  alignment: 64,
  /** With the addresses of both ends. */
  headerSize: { ipv4: 64, ipv6: 88 },
  /** What an event's state is above its position. */
  states: { reserved: 1, complete: 2, offered: 3 },
  fields: {
    state: 0,
    time: 8,
    size: 16,
    stored: 20,
    length: 24,
    sequence: 28,
    acknowledgement: 32,
    pid: 36,
    spawn: 40,
    mtu: 44,
    limit: 46,
    kind: 48,
    flags: 49,
    family: 50,
    interfaceId: 51,
    sourcePort: 52,
    destinationPort: 54,
    addresses: 56,
  },
} as const;

/** What an event's data is. */
export const EVENT_KIND = { nothing: 0, packets: 1, segments: 2, datagram: 3, handshake: 4, unknownName: 5 } as const;
