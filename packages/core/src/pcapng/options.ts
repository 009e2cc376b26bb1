/**
 * The options that follow the fixed fields of a pcapng block (draft-ietf-opsawg-pcapng, section 3.5).
 *
 * A block type lists its options in one table; reading and writing both follow that table. Options
 * that are not in it are kept as they are.
 */

import type { ByteOrder } from '../bytes/byte-order.js';
import type { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { CaptureError, CaptureWriteError } from '../bytes/capture-error.js';
import { binary, text, type ValueCodec } from './option-values.js';

const END_OF_OPTIONS = 0;
const COMMENT = 1;
/** Codes of custom options (section 3.5.1); the upper two must not be copied by a program that does not know them. */
const CUSTOM = { TEXT: 2988, BYTES: 2989, PRIVATE_TEXT: 19372, PRIVATE_BYTES: 19373 } as const;

/** An option of an organisation of its own. */
export interface CustomOption {
  /** The organisation: its Private Enterprise Number, as registered with IANA. */
  readonly enterprise: number;
  readonly value: string | Uint8Array;
  /** Whether a program that does not know the option may copy it to another file. */
  readonly copyable: boolean;
}

/** An option that this library does not know, kept to be written again. */
export interface UnknownOption {
  readonly code: number;
  readonly value: Uint8Array;
  /** The byte order of the section it was read from; its value may depend on it. */
  readonly byteOrder: ByteOrder;
}

/** The options that every block may have. */
export interface CommonOptions {
  /** Text for people to read. */
  readonly comments?: readonly string[];
  readonly customOptions?: readonly CustomOption[];
  readonly unknownOptions?: readonly UnknownOption[];
}

/** One option of a block: its code, whether it may be repeated, and how its value is stored. */
interface OptionEntry<T> {
  readonly code: number;
  readonly isList: boolean;
  readonly codec: ValueCodec<T>;
}

/** The options of a block beside the common ones, by the name of the field that holds them. */
export type OptionTable<O extends CommonOptions> = {
  readonly [K in Exclude<keyof O, keyof CommonOptions>]-?: OptionEntry<
    Exclude<O[K], undefined> extends infer V ? (V extends readonly (infer E)[] ? E : V) : never
  >;
};

/** A block with no options but the common ones. */
export const NO_OWN_OPTIONS: OptionTable<CommonOptions> = {};

/** An option that a block has at most once. */
export function one<T>(code: number, codec: ValueCodec<T>): OptionEntry<T> {
  return { code, isList: false, codec };
}

/** An option that a block may have several times. */
export function many<T>(code: number, codec: ValueCodec<T>): OptionEntry<T> {
  return { code, isList: true, codec };
}

/** Reads the options up to the end of the block. The end marker may be missing. */
export function readOptions<O extends CommonOptions>(reader: ByteReader, table: OptionTable<O>): O {
  const options: Record<string, unknown> = {};
  while (reader.remaining > 0) {
    const offset = reader.offset;
    const code = reader.u16('option code');
    const length = reader.u16('option length');
    if (code === END_OF_OPTIONS) break;

    const value = reader.within(length, `option ${code} of the ${reader.subject}`);
    const known = entryOf(table, code);
    if (known === undefined) {
      addOther(options, code, value);
      continue;
    }
    const [name, entry] = known;
    const read = entry.codec.read(value);
    if (value.remaining > 0) {
      const message = `Cannot read ${value.subject} at byte ${offset}: ${length} bytes are too many for its value`;
      throw new CaptureError('BAD_OPTION', message, { offset });
    }
    if (entry.isList) append(options, name, read);
    else options[name] = read;
  }
  return options as O;
}

/** Writes the options, in the order of the table, and the end marker if there were any. */
export function writeOptions<O extends CommonOptions>(options: O, table: OptionTable<O>, writer: ByteWriter): void {
  const start = writer.length;
  for (const comment of options.comments ?? []) writeOption(COMMENT, text, comment, writer);
  for (const [name, entry] of entriesOf(table)) {
    const value = options[name as keyof O];
    if (value === undefined) continue;
    const values = entry.isList ? (value as readonly unknown[]) : [value];
    for (const each of values) writeOption(entry.code, entry.codec, each, writer);
  }
  for (const custom of options.customOptions ?? []) writeOption(customCode(custom), customCodec, custom, writer);
  for (const unknown of options.unknownOptions ?? []) {
    if (unknown.byteOrder !== writer.byteOrder) {
      const message = `Cannot write option ${unknown.code} in a ${writer.byteOrder}-endian section: its meaning is unknown and it is ${unknown.byteOrder}-endian`;
      throw new CaptureWriteError('FOREIGN_BYTE_ORDER', message);
    }
    writeOption(unknown.code, binary, unknown.value, writer);
  }
  if (writer.length === start) return;
  writer.u16(END_OF_OPTIONS, 'option code');
  writer.u16(0, 'option length');
}

const customCodec: Pick<ValueCodec<CustomOption>, 'write'> = {
  write: ({ enterprise, value }, writer) => {
    writer.u32(enterprise, 'enterprise number of a custom option');
    writer.bytes(typeof value === 'string' ? new TextEncoder().encode(value) : value);
  },
};

function customCode({ value, copyable }: CustomOption): number {
  if (typeof value === 'string') return copyable ? CUSTOM.TEXT : CUSTOM.PRIVATE_TEXT;
  return copyable ? CUSTOM.BYTES : CUSTOM.PRIVATE_BYTES;
}

function addOther(options: Record<string, unknown>, code: number, value: ByteReader): void {
  switch (code) {
    case COMMENT:
      append(options, 'comments', text.read(value));
      break;
    case CUSTOM.TEXT:
    case CUSTOM.PRIVATE_TEXT: {
      const enterprise = value.u32('enterprise number');
      append(options, 'customOptions', { enterprise, value: text.read(value), copyable: code === CUSTOM.TEXT });
      break;
    }
    case CUSTOM.BYTES:
    case CUSTOM.PRIVATE_BYTES: {
      const enterprise = value.u32('enterprise number');
      append(options, 'customOptions', { enterprise, value: value.rest(), copyable: code === CUSTOM.BYTES });
      break;
    }
    default:
      append(options, 'unknownOptions', { code, value: value.rest(), byteOrder: value.byteOrder });
  }
}

function append(options: Record<string, unknown>, name: string, value: unknown): void {
  const list = options[name];
  if (Array.isArray(list)) list.push(value);
  else options[name] = [value];
}

function writeOption<T>(code: number, codec: Pick<ValueCodec<T>, 'write'>, value: T, writer: ByteWriter): void {
  const part = new ByteWriter(writer.byteOrder);
  codec.write(value, part);
  writer.u16(code, 'option code');
  writer.u16(part.length, `length of option ${code}`);
  writer.padded(part.written());
}

function entriesOf<O extends CommonOptions>(table: OptionTable<O>): [string, OptionEntry<unknown>][] {
  return Object.entries(table) as [string, OptionEntry<unknown>][];
}

function entryOf<O extends CommonOptions>(
  table: OptionTable<O>,
  code: number,
): [string, OptionEntry<unknown>] | undefined {
  return entriesOf(table).find(([, entry]) => entry.code === code);
}
