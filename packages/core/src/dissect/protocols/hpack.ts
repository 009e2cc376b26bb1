/**
 * Header compression of HTTP/2 (RFC 7541), the decoding half.
 */
import { decodeHuffman } from './hpack-huffman.js';
import { STATIC_TABLE } from './hpack-static-table.js';
import { ProtocolError } from './stream-reader.js';

/** A header's name and value. */
export type HeaderField = readonly [name: string, value: string];

/** How a field is stored: the bits that tell, and how many bits its number begins with (RFC 7541 §6). */
const Form = {
  INDEXED: { bit: 0x80, prefix: 7 },
  LITERAL_INDEXED: { bit: 0x40, prefix: 6 },
  TABLE_SIZE: { bit: 0x20, prefix: 5 },
  LITERAL: { prefix: 4 },
} as const;
const HUFFMAN = { bit: 0x80, prefix: 7 } as const;
const UNKNOWN: HeaderField = ['?', '?'];
const ENTRY_OVERHEAD = 32;
const DEFAULT_TABLE_SIZE = 4096;
/** More than any peer offers: the true limit is in a SETTINGS frame that may not be in the capture. */
const MAX_TABLE_SIZE = 1024 * 1024;
const MAX_INTEGER_BYTES = 5;

/** Decodes the header blocks of one direction of a connection, in their order. */
export class HpackDecoder {
  readonly #isBeginMissing: boolean;
  #dynamic: HeaderField[] = [];
  #size = 0;
  #maxSize = DEFAULT_TABLE_SIZE;

  /** With `isBeginMissing`, fields that earlier blocks had are `?` where those blocks are unknown. Default `false`. */
  constructor({ isBeginMissing = false }: { readonly isBeginMissing?: boolean } = {}) {
    this.#isBeginMissing = isBeginMissing;
  }

  /**
   * The fields of one header block.
   *
   * @throws {ProtocolError} when it is damaged.
   */
  decode(block: Uint8Array): HeaderField[] {
    const cursor = new Cursor(block);
    const fields: HeaderField[] = [];
    while (!cursor.isAtEnd) {
      const first = cursor.peek();
      if ((first & Form.INDEXED.bit) !== 0) fields.push(this.#entry(cursor.integer(Form.INDEXED.prefix)));
      else if ((first & Form.LITERAL_INDEXED.bit) !== 0) {
        const field = this.#literal(cursor, Form.LITERAL_INDEXED.prefix);
        this.#insert(field);
        fields.push(field);
      } else if ((first & Form.TABLE_SIZE.bit) !== 0) this.#resize(cursor.integer(Form.TABLE_SIZE.prefix));
      else fields.push(this.#literal(cursor, Form.LITERAL.prefix));
    }
    return fields;
  }

  #literal(cursor: Cursor, prefix: number): HeaderField {
    const index = cursor.integer(prefix);
    const name = index === 0 ? cursor.text() : this.#entry(index)[0];
    return [name, cursor.text()];
  }

  #entry(index: number): HeaderField {
    if (index > STATIC_TABLE.length + this.#dynamic.length && this.#isBeginMissing) return UNKNOWN;
    const entry =
      index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1] : this.#dynamic[index - STATIC_TABLE.length - 1];
    if (entry === undefined) throw new ProtocolError(`There is no header field ${index}`);
    return entry;
  }

  #insert(field: HeaderField): void {
    this.#dynamic.unshift(field);
    this.#size += sizeOf(field);
    this.#evict();
  }

  #resize(maxSize: number): void {
    if (maxSize > MAX_TABLE_SIZE) throw new ProtocolError(`No header table has ${maxSize} bytes`);
    this.#maxSize = maxSize;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#maxSize) {
      const oldest = this.#dynamic.pop();
      if (oldest === undefined) return;
      this.#size -= sizeOf(oldest);
    }
  }
}

class Cursor {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.byteLength;
  }

  peek(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw new ProtocolError('The header block is cut');
    return byte;
  }

  /** A number that begins in the lower `prefix` bits of the next byte (RFC 7541 §5.1). */
  integer(prefix: number): number {
    const mask = 2 ** prefix - 1;
    let value = this.#next() & mask;
    if (value < mask) return value;
    for (let i = 0; i < MAX_INTEGER_BYTES; i += 1) {
      const byte = this.#next();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if ((byte & 0x80) === 0) return value;
    }
    throw new ProtocolError('The number in the header block is too large');
  }

  /** A string, which may be compressed (RFC 7541 §5.2). */
  text(): string {
    const isCompressed = (this.peek() & HUFFMAN.bit) !== 0;
    const length = this.integer(HUFFMAN.prefix);
    const start = this.#position;
    if (start + length > this.#bytes.byteLength) throw new ProtocolError('The header block is cut');
    this.#position = start + length;
    const bytes = this.#bytes.subarray(start, start + length);
    return Buffer.from(isCompressed ? decodeHuffman(bytes) : bytes).toString('latin1');
  }

  #next(): number {
    const byte = this.peek();
    this.#position += 1;
    return byte;
  }
}

function sizeOf([name, value]: HeaderField): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}
