import type { ByteOrder } from '../../bytes/byte-order.js';
import type { ByteReader } from '../../bytes/byte-reader.js';
import type { ByteWriter } from '../../bytes/byte-writer.js';
import { CaptureWriteError } from '../../bytes/capture-error.js';
import type { BlockCodec } from './block-codec.js';

/** A block of an organisation of its own (pcapng §4.9). */
export interface CustomBlock {
  readonly type: 'custom';
  /** The organisation: its Private Enterprise Number, as registered with IANA. */
  readonly enterprise: number;
  /** Whether a program that does not know the block may copy it to another file. */
  readonly copyable: boolean;
  /** Data and options: only the organisation knows where one ends and the other begins. */
  readonly data: Uint8Array;
  /** The byte order the data is in; needed only when it has one. */
  readonly byteOrder?: ByteOrder;
}

/** Reads and writes custom blocks that may be copied. */
export const copyableCustom: BlockCodec<CustomBlock> = {
  blockType: 0x0000_0bad,
  name: 'custom block',
  decode: (reader) => decode(reader, true),
  encode,
};

/** Reads and writes custom blocks that should stay in their file. */
export const privateCustom: BlockCodec<CustomBlock> = {
  blockType: 0x4000_0bad,
  name: 'custom block',
  decode: (reader) => decode(reader, false),
  encode,
};

function decode(reader: ByteReader, copyable: boolean): CustomBlock {
  const enterprise = reader.u32('enterprise number');
  return { type: 'custom', enterprise, copyable, data: reader.rest(), byteOrder: reader.byteOrder };
}

function encode(block: CustomBlock, writer: ByteWriter): void {
  if (block.byteOrder !== undefined && block.byteOrder !== writer.byteOrder) {
    const message = `Cannot write a custom block in a ${writer.byteOrder}-endian section: its data is ${block.byteOrder}-endian`;
    throw new CaptureWriteError('FOREIGN_BYTE_ORDER', message);
  }
  writer.u32(block.enterprise, 'enterprise number of a custom block');
  writer.padded(block.data);
}
