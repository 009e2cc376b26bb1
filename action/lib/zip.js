/** Writes zip archives (PKWARE APPNOTE 6.3), as GitHub wants artifacts. */

import { deflateRawSync } from 'node:zlib';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1980-01-01: an archive is told by its contents, not by when it was made. */
const DATE = 0x0021;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * An archive with `entries`. Folders in their names are separated by slashes.
 *
 * @param {readonly { name: string, bytes: Uint8Array }[]} entries
 * @returns {Buffer}
 */
export function zip(entries) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const data = deflateRawSync(bytes);
    const encodedName = Buffer.from(name);
    const facts = factsOf({ bytes, data, encodedName });
    const header = Buffer.concat([number(LOCAL_HEADER, 4), facts, encodedName]);
    parts.push(header, data);
    directory.push(
      Buffer.concat([
        ...[number(CENTRAL_HEADER, 4), number(VERSION, 2), facts],
        // No comment, disk 0, no attributes.
        ...[number(0, 2), number(0, 2), number(0, 2), number(0, 4), number(offset, 4), encodedName],
      ]),
    );
    offset += header.byteLength + data.byteLength;
  }
  const central = Buffer.concat(directory);
  const count = number(entries.length, 2);
  return Buffer.concat([
    ...[...parts, central, number(END, 4), number(0, 2), number(0, 2), count, count],
    ...[number(central.byteLength, 4), number(offset, 4), number(0, 2)],
  ]);
}

/** What both headers of an entry say, up to the length of the extra field. */
function factsOf({ bytes, data, encodedName }) {
  return Buffer.concat([
    ...[number(VERSION, 2), number(UTF8_NAMES, 2), number(DEFLATED, 2), number(0, 2), number(DATE, 2)],
    ...[number(crc32(bytes), 4), number(data.byteLength, 4), number(bytes.byteLength, 4)],
    ...[number(encodedName.byteLength, 2), number(0, 2)],
  ]);
}

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

/**
 * @param {number} value
 * @param {number} length in bytes; little-endian.
 */
function number(value, length) {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value, 0, length);
  return bytes;
}
