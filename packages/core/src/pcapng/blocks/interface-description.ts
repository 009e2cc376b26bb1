import { CaptureWriteError } from '../../bytes/capture-error.js';
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from '../../pcap/ip-text.js';
import { fixed, i32, i64, kindAndBytes, text, u8, u64, type ValueCodec } from '../option-values.js';
import { type CommonOptions, many, type OptionTable, one, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';

/** What is known of an interface (pcapng §4.2). */
export interface InterfaceOptions extends CommonOptions {
  /** What the device is called, such as `eth0`; Wireshark shows it beside every packet. */
  readonly name?: string;
  readonly description?: string;
  /** Addresses with their masks. */
  readonly ipv4Addresses?: readonly { readonly address: string; readonly mask: string }[];
  /** Addresses with the lengths of their prefixes. */
  readonly ipv6Addresses?: readonly { readonly address: string; readonly prefixLength: number }[];
  readonly macAddress?: Uint8Array;
  readonly euiAddress?: Uint8Array;
  /** Bits per second. */
  readonly speed?: bigint;
  /**
   * What a tick of the packets' times is: 9 is 10^-9 seconds; with the top bit set, 0x8a is 2^-10 seconds.
   * Default 6, microseconds.
   */
  readonly timeResolution?: number;
  /** Deprecated, and never used by anyone. */
  readonly timeZone?: number;
  /** The filter packets passed through: kind 0 is libpcap's text, kind 1 a BPF program. */
  readonly filter?: { readonly kind: number; readonly value: Uint8Array };
  readonly os?: string;
  /** How many bytes of frame check sequence end each packet. */
  readonly frameCheckLength?: number;
  /** Seconds to add to the times of all packets. */
  readonly timeOffsetSeconds?: bigint;
  readonly hardware?: string;
  readonly transmitSpeed?: bigint;
  readonly receiveSpeed?: bigint;
  /** The time zone by its IANA name, such as `Europe/Berlin`. */
  readonly timeZoneName?: string;
}

/** Describes the next interface of its section; packets name it by its number, counted from 0 (pcapng §4.2). */
export interface InterfaceDescriptionBlock extends InterfaceOptions {
  readonly type: 'interface-description';
  /** What packets begin with, see `LinkType`. */
  readonly linkType: number;
  /** How many bytes of a packet are recorded at most; 0 for no limit. */
  readonly snapLength: number;
}

const ipv4WithMask: ValueCodec<{ readonly address: string; readonly mask: string }> = {
  read: (reader) => ({ address: ipv4Text(reader.take(4, 'address')), mask: ipv4Text(reader.take(4, 'mask')) }),
  write: ({ address, mask }, writer) => {
    writer.bytes(ipv4Bytes(address) ?? notAnAddress(address));
    writer.bytes(ipv4Bytes(mask) ?? notAnAddress(mask));
  },
};

const ipv6WithPrefix: ValueCodec<{ readonly address: string; readonly prefixLength: number }> = {
  read: (reader) => ({ address: ipv6Text(reader.take(16, 'address')), prefixLength: reader.u8('prefix length') }),
  write: ({ address, prefixLength }, writer) => {
    writer.bytes(ipv6Bytes(address) ?? notAnAddress(address));
    writer.u8(prefixLength, 'prefix length');
  },
};

const OPTIONS: OptionTable<InterfaceOptions> = {
  name: one(2, text),
  description: one(3, text),
  ipv4Addresses: many(4, ipv4WithMask),
  ipv6Addresses: many(5, ipv6WithPrefix),
  macAddress: one(6, fixed(6)),
  euiAddress: one(7, fixed(8)),
  speed: one(8, u64),
  timeResolution: one(9, u8),
  timeZone: one(10, i32),
  filter: one(11, kindAndBytes),
  os: one(12, text),
  frameCheckLength: one(13, u8),
  timeOffsetSeconds: one(14, i64),
  hardware: one(15, text),
  transmitSpeed: one(16, u64),
  receiveSpeed: one(17, u64),
  timeZoneName: one(18, text),
};

/** Reads and writes interface description blocks. */
export const interfaceDescription: BlockCodec<InterfaceDescriptionBlock> = {
  blockType: 1,
  name: 'interface description block',

  decode(reader) {
    const linkType = reader.u16('link type');
    reader.u16('reserved bytes');
    const snapLength = reader.u32('snap length');
    return { type: 'interface-description', linkType, snapLength, ...readOptions(reader, OPTIONS) };
  },

  encode(block, writer) {
    writer.u16(block.linkType, 'link type');
    writer.u16(0, 'reserved bytes');
    writer.u32(block.snapLength, 'snap length');
    writeOptions(block, OPTIONS, writer);
  },
};

function notAnAddress(address: string): never {
  throw new CaptureWriteError('OUT_OF_RANGE', `Cannot write ${JSON.stringify(address)} as an address of an interface`);
}
