import type { ByteOrder } from '../../bytes/byte-order.js';
import { CaptureError } from '../../bytes/capture-error.js';
import { text } from '../option-values.js';
import { type CommonOptions, type OptionTable, one, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';

/** What a section says of itself (pcapng §4.1). */
export interface SectionHeaderOptions extends CommonOptions {
  /** The hardware the section was made on. */
  readonly hardware?: string;
  /** The operating system it was made on. */
  readonly os?: string;
  /** The program that made it. */
  readonly application?: string;
}

/** Begins a section; interfaces are counted anew from 0 behind it (pcapng §4.1). */
export interface SectionHeaderBlock extends SectionHeaderOptions {
  readonly type: 'section-header';
  readonly byteOrder: ByteOrder;
}

/** The number that tells the byte order of a section. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const VERSION = { major: 1, minor: 0 } as const;
/** Some programs wrote 1.2, which is the same (pcapng §4.1). */
const MINOR_VERSIONS: readonly number[] = [0, 2];
const UNKNOWN_LENGTH = -1n;

const OPTIONS: OptionTable<SectionHeaderOptions> = {
  hardware: one(2, text),
  os: one(3, text),
  application: one(4, text),
};

/** Reads and writes section header blocks. The length of a section is neither kept nor written: it is optional. */
export const sectionHeader: BlockCodec<SectionHeaderBlock> = {
  blockType: 0x0a0d0d0a,
  name: 'section header block',

  decode(reader) {
    reader.u32('byte-order magic');
    const { offset, byteOrder } = reader;
    const major = reader.u16('version');
    const minor = reader.u16('version');
    if (major !== VERSION.major || !MINOR_VERSIONS.includes(minor)) {
      const message = `Cannot read the pcapng section at byte ${offset}: it is of version ${major}.${minor}, only 1.0 is known`;
      throw new CaptureError('UNSUPPORTED_VERSION', message, { offset });
    }
    reader.i64('section length');
    return { type: 'section-header', byteOrder, ...readOptions(reader, OPTIONS) };
  },

  encode(block, writer) {
    writer.u32(BYTE_ORDER_MAGIC, 'byte-order magic');
    writer.u16(VERSION.major, 'version');
    writer.u16(VERSION.minor, 'version');
    writer.i64(UNKNOWN_LENGTH, 'section length');
    writeOptions(block, OPTIONS, writer);
  },
};
