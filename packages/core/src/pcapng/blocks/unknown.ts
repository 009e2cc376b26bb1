import type { ByteOrder } from '../../bytes/byte-order.js';

/** A block of a type that this library does not know, kept to be written again. */
export interface UnknownBlock {
  readonly type: 'unknown';
  readonly blockType: number;
  /** The byte order of the section it was read from; its body may depend on it. */
  readonly byteOrder: ByteOrder;
  /** All between the two lengths; a multiple of four bytes. */
  readonly body: Uint8Array;
}
