/**
 * Reads classic pcap files (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds.
 */

import { CaptureError } from '../bytes/capture-error.js';
import { ItemIterator } from '../bytes/item-iterator.js';
import { DEFAULT_MAX_RECORD_LENGTH, type ReadLimits } from '../bytes/limits.js';
import { PendingBytes } from '../bytes/pending-bytes.js';
import { u64Of } from '../bytes/u64.js';
import type { PacketOptions } from '../pcapng/blocks/enhanced-packet.js';
import type { CaptureInterface, Packet } from '../pcapng/packet.js';
import { decodePcapHeader, PCAP_HEADER_LENGTH, type PcapHeader } from './header.js';

/** Where the fields of a packet record are, counted from its start (section 5 of the draft). */
const RECORD = { SECONDS: 0, FRACTION: 4, CAPTURED_LENGTH: 8, ORIGINAL_LENGTH: 12, DATA: 16 } as const;

const NO_OPTIONS: PacketOptions = Object.freeze({});

/** Turns the chunks of a pcap file, cut anywhere, into its packets. */
export class PcapDecoder {
  readonly #pending = new PendingBytes();
  readonly #maxRecordLength: number;
  #file: PcapFile | undefined;

  constructor({ maxRecordLength = DEFAULT_MAX_RECORD_LENGTH }: ReadLimits = {}) {
    this.#maxRecordLength = maxRecordLength;
  }

  /** The header, once its 24 bytes were pushed. */
  get header(): PcapHeader | undefined {
    return this.#file?.header;
  }

  /** The one interface all packets are of, once the header was pushed. */
  get interface(): CaptureInterface | undefined {
    return this.#file?.interface;
  }

  /**
   * The packets that are complete with `chunk`. Use them up before the next push.
   *
   * @throws {CaptureError} where the file is damaged; the packets before that place came first.
   */
  push(chunk: Uint8Array): IterableIterator<Packet, void> {
    this.#pending.append(chunk);
    return new ItemIterator(this.#next);
  }

  /**
   * Says that no chunk follows.
   *
   * @throws {CaptureError} `TRUNCATED` when the file ends inside a record.
   */
  end(): void {
    const { available, offset, position, view } = this.#pending;
    if (this.#file !== undefined && available === 0) return;

    const captured =
      this.#file === undefined || available < RECORD.DATA
        ? 0
        : view.getUint32(position + RECORD.CAPTURED_LENGTH, this.#file.littleEndian);
    const needed = this.#file === undefined ? PCAP_HEADER_LENGTH : RECORD.DATA + captured;
    const what = this.#file === undefined ? 'header' : 'packet record';
    throw new CaptureError(
      'TRUNCATED',
      `Cannot read the pcap ${what} at byte ${offset}: it takes ${needed} bytes, the file holds ${available} more`,
      { offset },
    );
  }

  /** The next packet that is complete. */
  readonly #next = (): Packet | undefined => {
    const pending = this.#pending;
    this.#file ??= this.#readHeader();
    const file = this.#file;
    if (file === undefined || !pending.gather(RECORD.DATA)) return undefined;
    const captured = pending.view.getUint32(pending.position + RECORD.CAPTURED_LENGTH, file.littleEndian);
    if (captured > this.#maxRecordLength) throw this.#tooLong(captured);
    if (!pending.gather(RECORD.DATA + captured)) return undefined;
    const start = pending.position;
    pending.position = start + RECORD.DATA + captured;
    return new PcapPacket(file, pending.view, start);
  };

  #readHeader(): PcapFile | undefined {
    const pending = this.#pending;
    if (!pending.gather(PCAP_HEADER_LENGTH)) return undefined;
    const start = pending.position;
    const header = decodePcapHeader(pending.bytes.subarray(start, start + PCAP_HEADER_LENGTH));
    pending.position = start + PCAP_HEADER_LENGTH;
    return new PcapFile(header);
  }

  #tooLong(captured: number): CaptureError {
    const { offset } = this.#pending;
    const message =
      `Cannot read the pcap packet record at byte ${offset}: it holds ${captured} bytes, ` +
      `more than the ${this.#maxRecordLength} this reader accepts`;
    return new CaptureError('TOO_LONG', message, { offset });
  }
}

/** What all packets of one file have in common. */
class PcapFile {
  readonly header: PcapHeader;
  readonly interface: CaptureInterface;
  readonly littleEndian: boolean;
  readonly #nanosecondsPerUnit: number;
  /** The second of the latest time, and what it stands for: packets of one second mostly follow each other. */
  #second = -1;
  #secondNs = 0n;

  constructor(header: PcapHeader) {
    const { linkType, snapLength } = header;
    this.header = header;
    this.interface = { section: 0, index: 0, linkType, snapLength };
    this.littleEndian = header.byteOrder === 'little';
    this.#nanosecondsPerUnit = header.resolution === 'nanoseconds' ? 1 : 1_000;
  }

  nanoseconds(seconds: number, fraction: number): bigint {
    if (seconds !== this.#second) {
      this.#second = seconds;
      this.#secondNs = BigInt(seconds) * 1_000_000_000n;
    }
    const ns = fraction * this.#nanosecondsPerUnit;
    return this.#secondNs + u64Of(ns / 2 ** 32, ns);
  }
}

/** A packet that reads its fields from the file's bytes when it is asked: most readers use only some of them. */
class PcapPacket implements Packet {
  readonly #file: PcapFile;
  readonly #view: DataView;
  readonly #start: number;

  constructor(file: PcapFile, view: DataView, start: number) {
    this.#file = file;
    this.#view = view;
    this.#start = start;
  }

  get interface(): CaptureInterface {
    return this.#file.interface;
  }

  get timestampNs(): bigint {
    return this.#file.nanoseconds(this.#u32(RECORD.SECONDS), this.#u32(RECORD.FRACTION));
  }

  get originalLength(): number {
    return this.#u32(RECORD.ORIGINAL_LENGTH);
  }

  get capturedLength(): number {
    return this.#u32(RECORD.CAPTURED_LENGTH);
  }

  get data(): Uint8Array {
    const view = this.#view;
    return new Uint8Array(view.buffer, view.byteOffset + this.#start + RECORD.DATA, this.capturedLength);
  }

  get options(): PacketOptions {
    return NO_OPTIONS;
  }

  #u32(field: number): number {
    return this.#view.getUint32(this.#start + field, this.#file.littleEndian);
  }
}
