/**
 * Reads pcapng files (draft-ietf-opsawg-pcapng) block by block, with all that they say.
 */
import { CaptureError } from '../bytes/capture-error.js';
import type { ReadLimits } from '../bytes/limits.js';
import { BlockScanner } from './block-scanner.js';
import { type Block, codecOf } from './blocks/block.js';
import { simplePacketLength } from './blocks/simple-packet.js';

/** Turns the chunks of a pcapng file, cut anywhere, into its blocks. */
export class BlockDecoder {
  readonly #scanner: BlockScanner;

  constructor(limits?: ReadLimits) {
    this.#scanner = new BlockScanner(limits);
  }

  /**
   * The blocks that are complete with `chunk`. Use them up before the next push.
   *
   * @throws {CaptureError} where the file is damaged; the blocks before that place came first.
   */
  *push(chunk: Uint8Array): Generator<Block, void> {
    this.#scanner.push(chunk);
    while (this.#scanner.next()) yield decodeBlock(this.#scanner);
  }

  /**
   * Says that no chunk follows.
   *
   * @throws {CaptureError} `TRUNCATED` when the file ends inside a block.
   */
  end(): void {
    this.#scanner.end();
  }
}

/**
 * The block that `scanner` has found, checked against its section. Describes interfaces to the section.
 *
 * @throws {CaptureError} `BAD_LENGTH`, `BAD_BLOCK`, `BAD_OPTION` or `UNSUPPORTED_VERSION`.
 */
export function decodeBlock(scanner: BlockScanner): Block {
  const { blockType, offset, section } = scanner;
  const reader = scanner.body();
  const codec = codecOf(blockType);
  if (codec === undefined) {
    return { type: 'unknown', blockType, byteOrder: reader.byteOrder, body: reader.rest() };
  }

  const block = codec.decode(reader);
  const named = { subject: reader.subject, offset };
  if (block.type === 'interface-description') section.describe(block);
  if ('interfaceId' in block) section.interface(block.interfaceId, named);
  if (block.type !== 'simple-packet') return block;

  const { snapLength } = section.interface(0, named).description;
  const length = simplePacketLength(block.originalLength, snapLength);
  if (length <= block.data.byteLength) return { ...block, data: block.data.subarray(0, length) };
  const found = block.data.byteLength;
  const message = `Cannot read the packet in the ${reader.subject} at byte ${offset}: it has ${length} bytes, the block holds ${found}`;
  throw new CaptureError('BAD_LENGTH', message, { offset });
}
