/**
 * Writes pcapng files (draft-ietf-opsawg-pcapng) block by block.
 *
 * An order in which every program understands a file: section header, interfaces, names, secrets, then packets and
 * log lines by time, statistics last. Interfaces and secrets may also follow later, before what needs them.
 */
import { ByteWriter } from '../bytes/byte-writer.js';
import { CaptureWriteError } from '../bytes/capture-error.js';
import { join } from '../bytes/join.js';
import { type Block, blockTypeOf, codecOf } from './blocks/block.js';
import type { SectionHeaderBlock } from './blocks/section-header.js';
import { type SimplePacketBlock, simplePacketLength } from './blocks/simple-packet.js';

const BLOCK_LENGTHS = 12;

/** Turns blocks into the bytes of a pcapng file; the first must be a section header. */
export class BlockEncoder {
  #section: SectionHeaderBlock | undefined;
  #snapLengths: number[] = [];

  /**
   * The bytes of `block`.
   *
   * @throws {CaptureWriteError} `NO_SECTION`, `UNKNOWN_INTERFACE`, `OUT_OF_RANGE` or `FOREIGN_BYTE_ORDER`.
   */
  encode(block: Block): Uint8Array {
    const section = block.type === 'section-header' ? block : this.#section;
    if (section === undefined) {
      throw new CaptureWriteError(
        'NO_SECTION',
        `Cannot write a block of type ${block.type}: a section header must come first`,
      );
    }
    if ('interfaceId' in block) this.#checkInterface(block.interfaceId);
    if (block.type === 'simple-packet') this.#checkSimplePacket(block);

    const body = new ByteWriter(section.byteOrder);
    if (block.type === 'unknown') writeUnknown(block, body);
    else codecOf(blockTypeOf(block))?.encode(block, body);

    const writer = new ByteWriter(section.byteOrder);
    const length = body.length + BLOCK_LENGTHS;
    writer.u32(blockTypeOf(block), 'block type');
    writer.u32(length, 'block length');
    writer.bytes(body.written());
    writer.u32(length, 'block length');

    if (block.type === 'section-header') {
      this.#section = block;
      this.#snapLengths = [];
    }
    if (block.type === 'interface-description') this.#snapLengths.push(block.snapLength);
    return writer.written();
  }

  #checkInterface(interfaceId: number): void {
    const described = this.#snapLengths.length;
    if (interfaceId < described) return;
    const message = `Cannot write a block of interface ${interfaceId}: its section has described ${described} so far`;
    throw new CaptureWriteError('UNKNOWN_INTERFACE', message);
  }

  #checkSimplePacket({ originalLength, data }: SimplePacketBlock): void {
    this.#checkInterface(0);
    const needed = simplePacketLength(originalLength, this.#snapLengths[0] ?? 0);
    if (data.byteLength === needed) return;
    const message = `Cannot write a simple packet of ${data.byteLength} bytes: readers will take it to have ${needed}`;
    throw new CaptureWriteError('OUT_OF_RANGE', message);
  }
}

/**
 * A whole pcapng file in memory.
 *
 * @throws {CaptureWriteError} `NO_SECTION`, `UNKNOWN_INTERFACE`, `OUT_OF_RANGE` or `FOREIGN_BYTE_ORDER`.
 * @example
 * const file = encodeBlocks([
 *   { type: 'section-header', byteOrder: 'little', application: 'my tests' },
 *   { type: 'interface-description', linkType: LinkType.RAW, snapLength: 0, name: 'web', timeResolution: 9 },
 *   { type: 'enhanced-packet', interfaceId: 0, timestamp: timeNs, originalLength: data.length, data, comments: ['the one'] },
 * ]);
 */
export function encodeBlocks(blocks: Iterable<Block>): Uint8Array {
  const encoder = new BlockEncoder();
  const parts: Uint8Array[] = [];
  for (const block of blocks) parts.push(encoder.encode(block));
  return join(parts);
}

/**
 * The bytes of a pcapng file, block by block, from blocks that may still be coming.
 *
 * @throws {CaptureWriteError} as `encodeBlocks` does.
 * @example
 * await pipeline(Readable.from(streamEncodedBlocks(blocks)), createWriteStream('out.pcapng'));
 */
export async function* streamEncodedBlocks(
  blocks: AsyncIterable<Block> | Iterable<Block>,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new BlockEncoder();
  for await (const block of blocks) yield encoder.encode(block);
}

function writeUnknown(block: Extract<Block, { type: 'unknown' }>, body: ByteWriter): void {
  if (block.byteOrder !== body.byteOrder) {
    const message = `Cannot write a block of type ${block.blockType} in a ${body.byteOrder}-endian section: its meaning is unknown and it is ${block.byteOrder}-endian`;
    throw new CaptureWriteError('FOREIGN_BYTE_ORDER', message);
  }
  body.padded(block.body);
}
