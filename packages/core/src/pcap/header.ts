/**
 * The first 24 bytes of a pcap file (draft-ietf-opsawg-pcap, section 4).
 */
import type { ByteOrder } from '../bytes/byte-order.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { CaptureError } from '../bytes/capture-error.js';

/** What the fraction in a packet's time counts. */
export type TimeResolution = 'microseconds' | 'nanoseconds';

/** What a pcap file says of all its packets. */
export interface PcapHeader {
  readonly byteOrder: ByteOrder;
  readonly resolution: TimeResolution;
  /** How many bytes of a packet were recorded at most. */
  readonly snapLength: number;
  /** What the packets begin with, see `LinkType`. */
  readonly linkType: number;
  /** How many bytes of frame check sequence end each packet; `undefined` when the file does not say. */
  readonly frameCheckLength?: number;
}

/** The length of the header. */
export const PCAP_HEADER_LENGTH = 24;

/** The first four bytes of a pcap file, read as a big-endian number. */
const MAGIC_NUMBERS: ReadonlyMap<number, Pick<PcapHeader, 'byteOrder' | 'resolution'>> = new Map([
  [0xa1b2c3d4, { byteOrder: 'big', resolution: 'microseconds' }],
  [0xd4c3b2a1, { byteOrder: 'little', resolution: 'microseconds' }],
  [0xa1b23c4d, { byteOrder: 'big', resolution: 'nanoseconds' }],
  [0x4d3cb2a1, { byteOrder: 'little', resolution: 'nanoseconds' }],
]);

const MAGIC = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d } as const;
const VERSION = { major: 2, minor: 4 } as const;

// The word of the link type: the type below, how much frame check there is above.
const LINK_TYPE_MASK = 0xffff;
const HAS_FRAME_CHECK = 0x0400_0000;
const FRAME_CHECK_SHIFT = 28;
const FRAME_CHECK_UNIT = 2;

/** Whether a file that starts with `magic`, read as a big-endian number, is a pcap file. */
export function isPcapMagic(magic: number): boolean {
  return MAGIC_NUMBERS.has(magic);
}

/**
 * Reads the header from the first 24 bytes of a file.
 *
 * @throws {CaptureError} `BAD_MAGIC`, `UNSUPPORTED_VERSION` or `BAD_LENGTH` when there are fewer bytes.
 */
export function decodePcapHeader(bytes: Uint8Array): PcapHeader {
  const subject = 'pcap header';
  const magic = new ByteReader({ subject, bytes, byteOrder: 'big' }).u32('magic number');
  const kind = MAGIC_NUMBERS.get(magic);
  if (kind === undefined) {
    const found = `0x${magic.toString(16).padStart(8, '0')}`;
    throw new CaptureError('BAD_MAGIC', `Cannot read this as a pcap file: it starts with ${found}`, { offset: 0 });
  }

  const reader = new ByteReader({ subject, bytes, byteOrder: kind.byteOrder });
  reader.u32('magic number');
  const offset = reader.offset;
  const major = reader.u16('version');
  const minor = reader.u16('version');
  // 2.3 and older had the two lengths of a record the other way round at times; none was written since 1998.
  if (major !== VERSION.major || minor !== VERSION.minor) {
    const message = `Cannot read a pcap file of version ${major}.${minor}: only version 2.4 is known`;
    throw new CaptureError('UNSUPPORTED_VERSION', message, { offset });
  }
  reader.take(8, 'reserved bytes');
  const snapLength = reader.u32('snap length');
  const word = reader.u32('link type');
  const header = { ...kind, snapLength, linkType: word & LINK_TYPE_MASK };
  if ((word & HAS_FRAME_CHECK) === 0) return header;
  return { ...header, frameCheckLength: (word >>> FRAME_CHECK_SHIFT) * FRAME_CHECK_UNIT };
}

/**
 * The 24 bytes that a pcap file starts with.
 *
 * @throws {CaptureWriteError} `OUT_OF_RANGE` when a value does not fit its field.
 */
export function encodePcapHeader(header: PcapHeader): Uint8Array {
  const writer = new ByteWriter(header.byteOrder);
  writer.u32(MAGIC[header.resolution], 'magic number');
  writer.u16(VERSION.major, 'version');
  writer.u16(VERSION.minor, 'version');
  writer.bytes(new Uint8Array(8)); // Reserved: once a time zone and its accuracy, always zero.
  writer.u32(header.snapLength, 'snap length');
  writer.u32(linkTypeWord(header), 'link type');
  return writer.written();
}

function linkTypeWord({ linkType, frameCheckLength }: PcapHeader): number {
  if (frameCheckLength === undefined) return linkType;
  const units = frameCheckLength / FRAME_CHECK_UNIT;
  return ((units << FRAME_CHECK_SHIFT) | HAS_FRAME_CHECK | linkType) >>> 0;
}
