/**
 * Writes classic pcap files. They hold times, lengths and bytes only; `pcapng/writer.ts` can say more.
 */
import { ByteWriter } from '../bytes/byte-writer.js';
import { join } from '../bytes/join.js';
import { encodePcapHeader, type PcapHeader } from './header.js';

const DEFAULTS: PcapHeader = { byteOrder: 'little', resolution: 'nanoseconds', snapLength: 262_144, linkType: 101 };
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** What a pcap file keeps of a packet; any `Packet` that was read fits. */
export interface PcapRecord {
  /** Nanoseconds since 1970-01-01 UTC. Default 0. */
  readonly timestampNs?: bigint | undefined;
  readonly data: Uint8Array;
  /** How long the packet was on the network. Default: the length of `data`. */
  readonly originalLength?: number;
}

/** Turns packets into the bytes of a pcap file. */
export class PcapEncoder {
  readonly #header: PcapHeader;

  /** Default header: little-endian, nanoseconds, raw IP (101), snap length 262144. */
  constructor(header: Partial<PcapHeader> = {}) {
    this.#header = { ...DEFAULTS, ...header };
  }

  /** The bytes the file begins with. */
  header(): Uint8Array {
    return encodePcapHeader(this.#header);
  }

  /**
   * The bytes of one packet. With microseconds, a finer time is cut, not rounded.
   *
   * @throws {CaptureWriteError} `OUT_OF_RANGE` for a time before 1970 or after 2106-02-07.
   */
  packet({ timestampNs = 0n, data, originalLength = data.byteLength }: PcapRecord): Uint8Array {
    const { byteOrder, resolution } = this.#header;
    const writer = new ByteWriter(byteOrder);
    const fraction = Number(timestampNs % NANOSECONDS_PER_SECOND);
    writer.u32(Number(timestampNs / NANOSECONDS_PER_SECOND), 'time of a pcap packet in seconds');
    writer.u32(resolution === 'nanoseconds' ? fraction : Math.trunc(fraction / 1000), 'fraction of a second');
    writer.u32(data.byteLength, 'captured length');
    writer.u32(originalLength, 'original length');
    writer.bytes(data);
    return writer.written();
  }
}

/**
 * A whole pcap file in memory.
 *
 * @throws {CaptureWriteError} `OUT_OF_RANGE` when a value does not fit its field.
 * @example
 * const file = encodePcap([{ timestampNs: 1_700_000_000_123_456_789n, data: packet }]);
 */
export function encodePcap(packets: Iterable<PcapRecord>, header?: Partial<PcapHeader>): Uint8Array {
  const encoder = new PcapEncoder(header);
  const parts = [encoder.header()];
  for (const packet of packets) parts.push(encoder.packet(packet));
  return join(parts);
}

/**
 * The bytes of a pcap file, packet by packet, from packets that may still be coming.
 *
 * @throws {CaptureWriteError} `OUT_OF_RANGE` when a value does not fit its field.
 * @example
 * await pipeline(Readable.from(streamPcap(packets)), createWriteStream('out.pcap'));
 */
export async function* streamPcap(
  packets: AsyncIterable<PcapRecord> | Iterable<PcapRecord>,
  header?: Partial<PcapHeader>,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new PcapEncoder(header);
  yield encoder.header();
  for await (const packet of packets) yield encoder.packet(packet);
}
