import { kindAndBytes, u32 } from '../option-values.js';
import { type CommonOptions, many, type OptionTable, one, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';
import { takePacketData } from './enhanced-packet.js';
import { type PacketFlags, packetFlags } from './packet-flags.js';

/** What is known of a packet in an obsolete block. */
export interface ObsoletePacketOptions extends CommonOptions {
  readonly flags?: PacketFlags;
  readonly hashes?: readonly { readonly kind: number; readonly value: Uint8Array }[];
}

/** A packet as old programs wrote it; new files use enhanced packets (pcapng, appendix A). */
export interface ObsoletePacketBlock extends ObsoletePacketOptions {
  readonly type: 'obsolete-packet';
  readonly interfaceId: number;
  /** How many packets were lost before this one; 0xffff if unknown. */
  readonly dropCount: number;
  /** The time in ticks of the interface. */
  readonly timestamp: bigint;
  readonly originalLength: number;
  readonly data: Uint8Array;
}

const OPTIONS: OptionTable<ObsoletePacketOptions> = {
  flags: one(2, {
    read: (reader) => packetFlags.decode(u32.read(reader)),
    write: (value, writer) => u32.write(packetFlags.encode(value), writer),
  }),
  hashes: many(3, kindAndBytes),
};

/** Reads and writes obsolete packet blocks. */
export const obsoletePacket: BlockCodec<ObsoletePacketBlock> = {
  blockType: 2,
  name: 'packet block',

  decode(reader) {
    const interfaceId = reader.u16('interface number');
    const dropCount = reader.u16('drop count');
    const timestamp = reader.halves('time');
    const capturedLength = reader.u32('captured length');
    const originalLength = reader.u32('original length');
    const data = takePacketData(reader, capturedLength);
    const options = readOptions(reader, OPTIONS);
    return { type: 'obsolete-packet', interfaceId, dropCount, timestamp, originalLength, data, ...options };
  },

  encode(block, writer) {
    writer.u16(block.interfaceId, 'interface number of a packet');
    writer.u16(block.dropCount, 'drop count');
    writer.halves(block.timestamp, 'time of a packet');
    writer.u32(block.data.byteLength, 'captured length');
    writer.u32(block.originalLength, 'original length');
    writer.padded(block.data);
    writeOptions(block, OPTIONS, writer);
  },
};
