import type { ByteOrder } from '../bytes/byte-order.js';
import type { ByteReader } from '../bytes/byte-reader.js';
import { CaptureError } from '../bytes/capture-error.js';
import type { InterfaceDescriptionBlock } from './blocks/interface-description.js';
import { Clock } from './clock.js';
import type { CaptureInterface } from './packet.js';

/** An interface and the clock that its packets' times are told by. */
export interface SectionInterface {
  readonly description: CaptureInterface;
  readonly clock: Clock;
  readonly isLittleEndian: boolean;
}

/** What the blocks of one section need to know of those before them: its byte order and its interfaces. */
export class Section {
  /** Counts the sections of the file from 0. */
  readonly index: number;
  readonly byteOrder: ByteOrder;
  readonly isLittleEndian: boolean;
  readonly #interfaces: SectionInterface[] = [];

  constructor(index: number, byteOrder: ByteOrder) {
    this.index = index;
    this.byteOrder = byteOrder;
    this.isLittleEndian = byteOrder === 'little';
  }

  /** Adds the next interface. */
  describe({ type: _, ...block }: InterfaceDescriptionBlock): CaptureInterface {
    const description = { ...block, section: this.index, index: this.#interfaces.length };
    this.#interfaces.push({ description, clock: new Clock(block), isLittleEndian: this.isLittleEndian });
    return description;
  }

  /** The interface with this number; `undefined` when none was described. */
  known(interfaceId: number): SectionInterface | undefined {
    return this.#interfaces[interfaceId];
  }

  /**
   * The interface with the number that a block names.
   *
   * @throws {CaptureError} `BAD_BLOCK` when no such interface was described before.
   */
  interface(interfaceId: number, named: Pick<ByteReader, 'subject' | 'offset'>): SectionInterface {
    const found = this.#interfaces[interfaceId];
    if (found !== undefined) return found;
    const { length } = this.#interfaces;
    const described = length === 1 ? '1 interface was' : `${length} interfaces were`;
    const { subject, offset } = named;
    const message = `Cannot read the ${subject} at byte ${offset}: it names interface ${interfaceId}, ${described} described before it`;
    throw new CaptureError('BAD_BLOCK', message, { offset });
  }
}
