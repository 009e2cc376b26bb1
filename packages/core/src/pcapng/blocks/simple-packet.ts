import type { BlockCodec } from './block-codec.js';

/** A packet of the section's first interface, without a time (pcapng §4.4). */
export interface SimplePacketBlock {
  readonly type: 'simple-packet';
  /** How long the packet was on the network. */
  readonly originalLength: number;
  /** The bytes that were recorded: as many as `simplePacketLength` says, for the block does not store their number. */
  readonly data: Uint8Array;
}

/** How many bytes of a simple packet were recorded, on an interface with `snapLength`. */
export function simplePacketLength(originalLength: number, snapLength: number): number {
  return snapLength === 0 ? originalLength : Math.min(originalLength, snapLength);
}

/** Reads and writes simple packet blocks; `data` is read with its padding, which only the section's reader can tell. */
export const simplePacket: BlockCodec<SimplePacketBlock> = {
  blockType: 3,
  name: 'simple packet block',

  decode(reader) {
    const originalLength = reader.u32('original length');
    return { type: 'simple-packet', originalLength, data: reader.rest() };
  },

  encode(block, writer) {
    writer.u32(block.originalLength, 'original length');
    writer.padded(block.data);
  },
};
