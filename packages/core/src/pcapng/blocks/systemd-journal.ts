import { CaptureError, CaptureWriteError } from '../../bytes/capture-error.js';
import { decodeText } from '../option-values.js';

import type { BlockCodec } from './block-codec.js';

/**
 * A line of a log, which Wireshark shows between the packets (pcapng §4.8).
 *
 * `__REALTIME_TIMESTAMP` (microseconds since 1970) puts it in its place, `SYSLOG_IDENTIFIER` says whose it is,
 * `PRIORITY` how urgent (0 to 7), `MESSAGE` what happened.
 */
export interface SystemdJournalBlock {
  readonly type: 'systemd-journal';
  /** In the order they are stored; a name may come several times. */
  readonly fields: readonly JournalField[];
}

/** One field of a log line. */
export interface JournalField {
  readonly name: string;
  /** Text, or bytes if they are not UTF-8. */
  readonly value: string | Uint8Array;
}

const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const LENGTH_BYTES = 8;
const MAX_PADDING = 3;

/** Reads and writes systemd journal export blocks, which hold an entry of systemd's Journal Export Format. */
export const systemdJournal: BlockCodec<SystemdJournalBlock> = {
  blockType: 9,
  name: 'systemd journal export block',

  decode(reader) {
    const start = reader.offset;
    const bytes = withoutPadding(reader.rest());
    const fields: JournalField[] = [];
    let position = 0;
    while (position < bytes.byteLength) {
      const lineEnd = bytes.indexOf(NEWLINE, position);
      if (lineEnd === -1) throw unended(start + position);
      const line = bytes.subarray(position, lineEnd);
      const equals = line.indexOf(EQUALS);
      if (line.byteLength === 0) {
        position = lineEnd + 1; // An empty line ends the entry; there is only one.
        continue;
      }
      if (equals !== -1) {
        fields.push({ name: decodeText(line.subarray(0, equals)), value: textOrBytes(line.subarray(equals + 1)) });
        position = lineEnd + 1;
        continue;
      }
      // A name alone in its line: a length of eight bytes, little-endian in any section, and the value follow.
      const value = longValue(bytes, lineEnd + 1);
      if (value === undefined) throw unended(start + position);
      fields.push({ name: decodeText(line), value: textOrBytes(value) });
      position = lineEnd + 1 + LENGTH_BYTES + value.byteLength + 1;
    }
    return { type: 'systemd-journal', fields };
  },

  encode(block, writer) {
    const start = writer.length;
    for (const { name, value } of block.fields) {
      if (!/^[^=\n]+$/.test(name)) {
        const message = `Cannot write ${JSON.stringify(name)} as the name of a journal field: it is empty or holds "=" or a line end`;
        throw new CaptureWriteError('OUT_OF_RANGE', message);
      }
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      const fitsInLine = typeof value === 'string' && !value.includes('\n');
      writer.bytes(new TextEncoder().encode(fitsInLine ? `${name}=` : `${name}\n`));
      if (!fitsInLine) {
        const length = new Uint8Array(LENGTH_BYTES);
        new DataView(length.buffer).setBigUint64(0, BigInt(bytes.byteLength), true);
        writer.bytes(length);
      }
      writer.bytes(bytes);
      writer.bytes(Uint8Array.of(NEWLINE));
    }
    writer.bytes(new Uint8Array(-(writer.length - start) & 3));
  },
};

function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.byteLength;
  while (end > bytes.byteLength - MAX_PADDING && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

function longValue(bytes: Uint8Array, start: number): Uint8Array | undefined {
  if (bytes.byteLength - start < LENGTH_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(start, true));
  const end = start + LENGTH_BYTES + length;
  return bytes[end] === NEWLINE ? bytes.subarray(start + LENGTH_BYTES, end) : undefined;
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  const text = decodeText(bytes);
  // U+FFFD appears where bytes were not UTF-8, and where the text holds it.
  return text.includes('\ufffd') && !Buffer.from(text).equals(bytes) ? bytes : text;
}

function unended(offset: number): CaptureError {
  const message = `Cannot read the journal field at byte ${offset}: it goes on past the end of its block`;
  return new CaptureError('BAD_BLOCK', message, { offset });
}
