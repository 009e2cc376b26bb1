import type { PacketOptions } from './blocks/enhanced-packet.js';
import type { InterfaceOptions } from './blocks/interface-description.js';

/** What packets of a capture were recorded on. A classic pcap file has exactly one, which has no name. */
export interface CaptureInterface extends InterfaceOptions {
  /** Counts the sections of a pcapng file from 0. */
  readonly section: number;
  /** Counts the interfaces of its section from 0. */
  readonly index: number;
  /** What the packets begin with, see `LinkType`. */
  readonly linkType: number;
  /** How many bytes of a packet were recorded at most; 0 if there was no limit. */
  readonly snapLength: number;
}

/**
 * One recorded packet, from a pcap or a pcapng file.
 *
 * Mostly its fields are read from the file's bytes when they are asked for, so `{ ...packet }` and `JSON.stringify(packet)` have none of them:
 * name those that you want to keep.
 */
export interface Packet {
  /** What it was recorded on. */
  readonly interface: CaptureInterface;
  /** Nanoseconds since 1970-01-01 UTC; `undefined` in a pcapng simple packet block, which has no time. */
  readonly timestampNs: bigint | undefined;
  /** How long the packet was on the network. */
  readonly originalLength: number;
  /** How much of it is in `data`. */
  readonly capturedLength: number;
  /** The recorded bytes, a view of what was read: copy it to keep a few packets of a large capture. */
  readonly data: Uint8Array;
  /** What a pcapng file says besides; empty for a packet of a pcap file. */
  readonly options: PacketOptions;
}
