import type { ByteReader } from '../../bytes/byte-reader.js';
import type { ByteWriter } from '../../bytes/byte-writer.js';

/** How one type of block is stored between its two lengths. */
export interface BlockCodec<B> {
  /** The number in the block's first four bytes. */
  readonly blockType: number;
  /** What the block is called in messages. */
  readonly name: string;
  decode(reader: ByteReader): B;
  encode(block: B, writer: ByteWriter): void;
}
