/**
 * Reads only the packets of a pcapng file: what `reader.ts` reads in full is skipped or left for later,
 * so that a large capture costs little more than the memory it lies in.
 */
import { ItemIterator } from '../bytes/item-iterator.js';
import type { ReadLimits } from '../bytes/limits.js';
import { BlockScanner } from './block-scanner.js';
import type { Block } from './blocks/block.js';
import { enhancedPacket, type PacketOptions } from './blocks/enhanced-packet.js';
import type { CaptureInterface, Packet } from './packet.js';
import { decodeBlock } from './reader.js';
import type { Section, SectionInterface } from './section.js';

/** Where the fields of an enhanced packet are, counted from the start of its body (pcapng §4.3). */
const FIELD = {
  INTERFACE: 0,
  UPPER_TIME: 4,
  LOWER_TIME: 8,
  CAPTURED_LENGTH: 12,
  ORIGINAL_LENGTH: 16,
  DATA: 20,
} as const;

const NO_OPTIONS: PacketOptions = Object.freeze({});

/** The drop count of an obsolete packet block that does not know (pcapng, appendix A). */
const UNKNOWN_DROPS = 0xffff;

/** Turns the chunks of a pcapng file, cut anywhere, into its packets. */
export class PcapngPacketDecoder {
  readonly #scanner: BlockScanner;
  readonly #onBlock: (block: Block) => void;

  /** `onBlock` is told of every block that is not a packet, in its place between the packets. */
  constructor(limits?: ReadLimits, onBlock: (block: Block) => void = () => {}) {
    this.#scanner = new BlockScanner(limits);
    this.#onBlock = onBlock;
  }

  /**
   * The packets that are complete with `chunk`. Use them up before the next push.
   *
   * @throws {CaptureError} where the file is damaged; the packets before that place came first.
   */
  push(chunk: Uint8Array): IterableIterator<Packet, void> {
    this.#scanner.push(chunk);
    return new ItemIterator(this.#next);
  }

  /**
   * Says that no chunk follows.
   *
   * @throws {CaptureError} `TRUNCATED` when the file ends inside a block.
   */
  end(): void {
    this.#scanner.end();
  }

  /** The next packet that is complete. */
  readonly #next = (): Packet | undefined => {
    const scanner = this.#scanner;
    while (scanner.next()) {
      const packet = scanner.blockType === enhancedPacket.blockType ? viewPacket(scanner) : this.#decodePacket();
      if (packet !== undefined) return packet;
    }
    return undefined;
  };

  #decodePacket(): Packet | undefined {
    const scanner = this.#scanner;
    const block = decodeBlock(scanner);
    const { section } = scanner;
    if (block.type === 'simple-packet') {
      const { description } = sectionInterface(section, 0, scanner);
      const { originalLength, data } = block;
      return packetOf({ interface: description, timestampNs: undefined, originalLength, data, options: NO_OPTIONS });
    }
    if (block.type === 'obsolete-packet') {
      const { type: _, interfaceId, timestamp, originalLength, data, dropCount, ...others } = block;
      const { description, clock } = sectionInterface(section, interfaceId, scanner);
      const options = dropCount === UNKNOWN_DROPS ? others : { ...others, dropCount: BigInt(dropCount) };
      const timestampNs = clock.nanoseconds(timestamp);
      return packetOf({ interface: description, timestampNs, originalLength, data, options });
    }
    this.#onBlock(block);
    return undefined;
  }
}

function packetOf(packet: Omit<Packet, 'capturedLength'>): Packet {
  return { ...packet, capturedLength: packet.data.byteLength };
}

function sectionInterface(section: Section, interfaceId: number, { offset }: BlockScanner): SectionInterface {
  return section.interface(interfaceId, { subject: 'pcapng packet', offset });
}

/** The enhanced packet that `scanner` has found, its lengths and options checked, its fields left where they are. */
function viewPacket(scanner: BlockScanner): Packet {
  const { view, bodyStart, bodyEnd, section } = scanner;
  const { isLittleEndian } = section;
  const room = bodyEnd - bodyStart - FIELD.DATA;
  // A block that is damaged, or that says more than usual, is read with the cursor that explains what is wrong.
  if (room < 0) return fullPacket(scanner);
  const captured = view.getUint32(bodyStart + FIELD.CAPTURED_LENGTH, isLittleEndian);
  if (room !== captured + (-captured & 3)) return fullPacket(scanner);

  const interfaceId = view.getUint32(bodyStart + FIELD.INTERFACE, isLittleEndian);
  const recordedOn = section.known(interfaceId) ?? sectionInterface(section, interfaceId, scanner);
  return new PacketView(recordedOn, view, bodyStart);
}

function fullPacket(scanner: BlockScanner): Packet {
  const { offset, section } = scanner;
  const reader = scanner.body();
  const { interfaceId, timestamp, originalLength, data, type: _, ...options } = enhancedPacket.decode(reader);
  const recordedOn = section.interface(interfaceId, { subject: reader.subject, offset });
  const { clock, description } = recordedOn;
  const timestampNs = clock.nanoseconds(timestamp);
  return packetOf({ interface: description, timestampNs, originalLength, data, options });
}

/** A packet that reads its fields from the file's bytes when it is asked: most readers use only some of them. */
class PacketView implements Packet {
  readonly #recordedOn: SectionInterface;
  readonly #view: DataView;
  readonly #start: number;

  constructor(recordedOn: SectionInterface, view: DataView, start: number) {
    this.#recordedOn = recordedOn;
    this.#view = view;
    this.#start = start;
  }

  get interface(): CaptureInterface {
    return this.#recordedOn.description;
  }

  get timestampNs(): bigint {
    return this.#recordedOn.clock.nanosecondsOf(this.#u32(FIELD.UPPER_TIME), this.#u32(FIELD.LOWER_TIME));
  }

  get originalLength(): number {
    return this.#u32(FIELD.ORIGINAL_LENGTH);
  }

  get capturedLength(): number {
    return this.#u32(FIELD.CAPTURED_LENGTH);
  }

  get data(): Uint8Array {
    const view = this.#view;
    return new Uint8Array(view.buffer, view.byteOffset + this.#start + FIELD.DATA, this.capturedLength);
  }

  get options(): PacketOptions {
    return NO_OPTIONS;
  }

  #u32(field: number): number {
    return this.#view.getUint32(this.#start + field, this.#recordedOn.isLittleEndian);
  }
}
