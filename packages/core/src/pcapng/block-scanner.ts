/**
 * Finds where the blocks of a pcapng file begin and end (pcapng §3.1), in chunks cut anywhere.
 */
import type { ByteOrder } from '../bytes/byte-order.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { CaptureError } from '../bytes/capture-error.js';
import { DEFAULT_MAX_RECORD_LENGTH, type ReadLimits } from '../bytes/limits.js';
import { PendingBytes } from '../bytes/pending-bytes.js';
import { codecOf } from './blocks/block.js';
import { BYTE_ORDER_MAGIC, sectionHeader } from './blocks/section-header.js';
import { Section } from './section.js';

/** Where the parts of a block are, counted from its start. */
const BLOCK = { TYPE: 0, LENGTH: 4, BODY: 8, BYTE_ORDER_MAGIC: 8 } as const;
const TRAILER_LENGTH = 4;
const MIN_LENGTH = 12;
const SECTION_HEADER = sectionHeader.blockType;

/** Steps from block to block. After `next()` returned `true` the fields tell of the block it found. */
export class BlockScanner {
  blockType = 0;
  /** What holds the block. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where in `view` the block's body begins. */
  bodyStart = 0;
  /** Where in `view` it ends. */
  bodyEnd = 0;
  /** Where in the file the block begins. */
  offset = 0;

  readonly #pending = new PendingBytes();
  readonly #maxLength: number;
  #section: Section | undefined;
  #sections = 0;

  constructor({ maxRecordLength = DEFAULT_MAX_RECORD_LENGTH }: ReadLimits = {}) {
    this.#maxLength = maxRecordLength;
  }

  /**
   * The section the block is in.
   *
   * @throws {CaptureError} `BAD_MAGIC` when the file does not start with one.
   */
  get section(): Section {
    if (this.#section !== undefined) return this.#section;
    const message = 'Cannot read this as a pcapng file: it does not start with a section header';
    throw new CaptureError('BAD_MAGIC', message, { offset: 0 });
  }

  /** Takes in the chunk that follows in the file. */
  push(chunk: Uint8Array): void {
    this.#pending.append(chunk);
  }

  /**
   * Steps to the next block, if all of it was pushed.
   *
   * @throws {CaptureError} `BAD_MAGIC`, `BAD_LENGTH` or `TOO_LONG`.
   */
  next(): boolean {
    const pending = this.#pending;
    if (!pending.gather(BLOCK.BODY)) return false;
    const startsSection = pending.view.getUint32(pending.position + BLOCK.TYPE, true) === SECTION_HEADER;
    // The number of the section header reads the same in both byte orders, for this very reason.
    if (startsSection && !pending.gather(MIN_LENGTH)) return false;
    const newByteOrder = startsSection ? this.#readByteOrder() : undefined;
    const littleEndian = newByteOrder === undefined ? this.section.isLittleEndian : newByteOrder === 'little';

    const length = pending.view.getUint32(pending.position + BLOCK.LENGTH, littleEndian);
    if (length < MIN_LENGTH || length % 4 !== 0 || length > this.#maxLength) throw this.#badLength(length);
    if (!pending.gather(length)) return false;
    const { view, position } = pending;
    const bodyEnd = position + length - TRAILER_LENGTH;
    const trailer = view.getUint32(bodyEnd, littleEndian);
    if (trailer !== length) throw this.#differentTrailer(length, trailer);

    if (newByteOrder !== undefined) {
      this.#section = new Section(this.#sections, newByteOrder);
      this.#sections += 1;
    }
    this.blockType = view.getUint32(position + BLOCK.TYPE, littleEndian);
    this.view = view;
    this.bodyStart = position + BLOCK.BODY;
    this.bodyEnd = bodyEnd;
    this.offset = pending.offset;
    pending.position = position + length;
    return true;
  }

  /** A reader for the body of the block, which calls it by its name. */
  body(): ByteReader {
    const { view, bodyStart, bodyEnd } = this;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + bodyStart, bodyEnd - bodyStart);
    const subject = `pcapng ${codecOf(this.blockType)?.name ?? 'block'}`;
    const { byteOrder } = this.section;
    return new ByteReader({ subject, bytes, byteOrder, fileOffset: this.offset + BLOCK.BODY });
  }

  /**
   * Says that no chunk follows.
   *
   * @throws {CaptureError} `TRUNCATED` when the file ends inside a block.
   */
  end(): void {
    const { available, offset, position, view } = this.#pending;
    if (available === 0 && this.#section !== undefined) return;

    const isCut = this.#section === undefined || available < BLOCK.BODY;
    const needed = isCut
      ? `a block takes at least ${MIN_LENGTH} bytes`
      : `it is ${view.getUint32(position + BLOCK.LENGTH, this.section.isLittleEndian)} bytes long`;
    const message = `Cannot read the pcapng block at byte ${offset}: ${needed}, the file holds ${available} more`;
    throw new CaptureError('TRUNCATED', message, { offset });
  }

  #readByteOrder(): ByteOrder {
    const { view, position, offset } = this.#pending;
    if (view.getUint32(position + BLOCK.BYTE_ORDER_MAGIC, true) === BYTE_ORDER_MAGIC) return 'little';
    if (view.getUint32(position + BLOCK.BYTE_ORDER_MAGIC, false) === BYTE_ORDER_MAGIC) return 'big';
    const message = `Cannot read the pcapng section at byte ${offset}: its byte-order magic is not 0x1a2b3c4d`;
    throw new CaptureError('BAD_MAGIC', message, { offset });
  }

  #badLength(length: number): CaptureError {
    const { offset } = this.#pending;
    if (length < MIN_LENGTH || length % 4 !== 0) {
      const needed = `a multiple of 4 and at least ${MIN_LENGTH}`;
      const message = `Cannot read the pcapng block at byte ${offset}: its length is ${length}, it must be ${needed}`;
      return new CaptureError('BAD_LENGTH', message, { offset });
    }
    const message = `Cannot read the pcapng block at byte ${offset}: it is ${length} bytes long, more than the ${this.#maxLength} this reader accepts`;
    return new CaptureError('TOO_LONG', message, { offset });
  }

  #differentTrailer(length: number, trailer: number): CaptureError {
    const { offset } = this.#pending;
    const message = `Cannot read the pcapng block at byte ${offset}: its length is ${length} at its start, ${trailer} at its end`;
    return new CaptureError('BAD_LENGTH', message, { offset });
  }
}
