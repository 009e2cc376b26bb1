/**
 * Reads a capture of either format, whole or as it arrives.
 */

import { type ByteSource, unpacked, unpackedChunks } from '../bytes/byte-source.js';
import { CaptureError } from '../bytes/capture-error.js';
import { ItemStream } from '../bytes/item-stream.js';
import { join } from '../bytes/join.js';
import type { ReadLimits } from '../bytes/limits.js';
import type { Block } from '../pcapng/blocks/block.js';
import { sectionHeader } from '../pcapng/blocks/section-header.js';
import type { CaptureInterface, Packet } from '../pcapng/packet.js';
import { PcapngPacketDecoder } from '../pcapng/packet-decoder.js';
import { BlockDecoder } from '../pcapng/reader.js';
import { isPcapMagic } from './header.js';
import { PcapDecoder } from './reader.js';

const MAGIC_LENGTH = 4;

/** Turns the chunks of a pcap or a pcapng file, cut anywhere, into its packets. */
export class PacketDecoder {
  readonly #limits: ReadLimits;
  readonly #onBlock: ((block: Block) => void) | undefined;
  #head: Uint8Array = new Uint8Array();
  #decoder: PcapDecoder | PcapngPacketDecoder | undefined;

  /** `onBlock` is told of every pcapng block that is not a packet, in its place between the packets. */
  constructor(limits: ReadLimits = {}, onBlock?: (block: Block) => void) {
    this.#limits = limits;
    this.#onBlock = onBlock;
  }

  /** The format of the file, once four bytes were pushed. */
  get format(): 'pcap' | 'pcapng' | undefined {
    if (this.#decoder === undefined) return undefined;
    return this.#decoder instanceof PcapDecoder ? 'pcap' : 'pcapng';
  }

  /** The one interface of a pcap file, once its header was pushed. */
  get pcapInterface(): CaptureInterface | undefined {
    return this.#decoder instanceof PcapDecoder ? this.#decoder.interface : undefined;
  }

  /**
   * The packets that are complete with `chunk`. Use them up before the next push.
   *
   * @throws {CaptureError} where the file is damaged; the packets before that place came first.
   */
  push(chunk: Uint8Array): Iterable<Packet> {
    // Not a generator itself: to pass each packet on would cost as much as to read it.
    if (this.#decoder !== undefined) return this.#decoder.push(chunk);
    const head = this.#head.byteLength === 0 ? chunk : join([this.#head, chunk]);
    this.#head = head;
    if (head.byteLength < MAGIC_LENGTH) return [];
    this.#decoder = this.#decoderFor(head);
    this.#head = new Uint8Array();
    return this.#decoder.push(head);
  }

  /**
   * Says that no chunk follows.
   *
   * @throws {CaptureError} `TRUNCATED` when the file ends inside a record.
   */
  end(): void {
    if (this.#decoder !== undefined) {
      this.#decoder.end();
      return;
    }
    const { byteLength } = this.#head;
    const found = byteLength === 0 ? 'it is empty' : `it ends after ${byteLength} of the 4 bytes that tell its format`;
    throw new CaptureError('TRUNCATED', `Cannot read this as a capture: ${found}`, { offset: 0 });
  }

  #decoderFor(head: Uint8Array): PcapDecoder | PcapngPacketDecoder {
    const magic = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (isPcapMagic(magic)) return new PcapDecoder(this.#limits);
    if (magic === sectionHeader.blockType) return new PcapngPacketDecoder(this.#limits, this.#onBlock);
    const found = `0x${magic.toString(16).padStart(8, '0')}`;
    const message = `Cannot read this as a capture: it starts with ${found}, which is neither pcap nor pcapng`;
    throw new CaptureError('BAD_MAGIC', message, { offset: 0 });
  }
}

/**
 * The packets of a pcap or pcapng file, which may be compressed with gzip.
 *
 * @throws {CaptureError} on reaching a damaged place; the packets before it come first.
 * @example
 * for (const packet of readPackets(await readFile('capture.pcap'))) console.log(packet.timestampNs, packet.data);
 */
export function* readPackets(bytes: Uint8Array, limits?: ReadLimits): Generator<Packet, void> {
  const decoder = new PacketDecoder(limits);
  // Not yield*, which takes twice as long for each packet.
  for (const packet of decoder.push(unpacked(bytes))) yield packet;
  decoder.end();
}

/**
 * The packets of a pcap or pcapng file as it arrives; it may be compressed with gzip.
 *
 * Of packets of 100 bytes `for await` takes about as long as reading them and looking at them: who has millions of them may push
 * the chunks into a {@link PacketDecoder}, which waits for nothing between its packets.
 *
 * @throws {CaptureError} on reaching a damaged place; the packets before it come first.
 * @example
 * for await (const packet of streamPackets(createReadStream('capture.pcapng.gz'))) console.log(packet.timestampNs);
 */
export function streamPackets(source: ByteSource, limits?: ReadLimits): AsyncIterableIterator<Packet, void> {
  return new ItemStream(decodedChunks(source, new PacketDecoder(limits)));
}

/**
 * The blocks of a pcapng file, which may be compressed with gzip. `encodeBlocks` turns them into a file again.
 *
 * @throws {CaptureError} on reaching a damaged place; the blocks before it come first.
 */
export function* readBlocks(bytes: Uint8Array, limits?: ReadLimits): Generator<Block, void> {
  const decoder = new BlockDecoder(limits);
  yield* decoder.push(unpacked(bytes));
  decoder.end();
}

/**
 * The blocks of a pcapng file as it arrives; it may be compressed with gzip.
 *
 * @throws {CaptureError} on reaching a damaged place; the blocks before it come first.
 */
export function streamBlocks(source: ByteSource, limits?: ReadLimits): AsyncIterableIterator<Block, void> {
  return new ItemStream(decodedChunks(source, new BlockDecoder(limits)));
}

/** What each chunk of `source` completes. */
async function* decodedChunks<T>(
  source: ByteSource,
  decoder: { push(chunk: Uint8Array): Iterable<T>; end(): void },
): AsyncGenerator<Iterable<T>, void> {
  for await (const chunk of unpackedChunks(source)) yield decoder.push(chunk);
  decoder.end();
}

/** All that a capture says, in memory. */
export interface Capture {
  readonly format: 'pcap' | 'pcapng';
  readonly interfaces: readonly CaptureInterface[];
  /** In the order of the file. */
  readonly packets: readonly Packet[];
  /** The names of addresses, from name resolution blocks; the first name of an address counts. */
  readonly names: ReadonlyMap<string, string>;
  /** The blocks of a pcapng file that are not packets, in their order. */
  readonly blocks: readonly Block[];
  /** Where reading stopped; only with `damaged: 'keep'`. */
  readonly damage: CaptureError | undefined;
}

/** How a capture is read. */
export interface ReadCaptureOptions extends ReadLimits {
  /**
   * `throw` when the file is damaged, or `keep` what comes before that place and say what happened in
   * `damage`: the file of a process that was killed may end inside a record. Default `throw`.
   */
  readonly damaged?: 'throw' | 'keep';
}

/**
 * The capture in `bytes`, a pcap or pcapng file that may be compressed with gzip.
 *
 * @throws {CaptureError} when the file is damaged; with `damaged: 'keep'` only when nothing at all can be read of it.
 * @example
 * const { packets, names } = readCapture(await readFile('test-results/capture.pcapng'));
 */
export function readCapture(bytes: Uint8Array, { damaged = 'throw', ...limits }: ReadCaptureOptions = {}): Capture {
  const packets: Packet[] = [];
  const blocks: Block[] = [];
  const decoder = new PacketDecoder(limits, (block) => blocks.push(block));
  let damage: CaptureError | undefined;
  try {
    for (const packet of decoder.push(unpacked(bytes))) packets.push(packet);
    decoder.end();
  } catch (error) {
    if (damaged === 'throw' || !(error instanceof CaptureError)) throw error;
    damage = error;
  }
  return captureOf(decoder, { packets, blocks, damage });
}

function captureOf(decoder: PacketDecoder, read: Pick<Capture, 'packets' | 'blocks' | 'damage'>): Capture {
  const { format, pcapInterface } = decoder;
  if (format === undefined) throw read.damage ?? new TypeError('A capture without a format was read');
  const interfaces = pcapInterface === undefined ? interfacesOf(read.blocks) : [pcapInterface];
  return { format, interfaces, names: namesOf(read.blocks), ...read };
}

function interfacesOf(blocks: readonly Block[]): CaptureInterface[] {
  const interfaces: CaptureInterface[] = [];
  let section = -1;
  let index = 0;
  for (const block of blocks) {
    if (block.type === 'section-header') {
      section += 1;
      index = 0;
    }
    if (block.type !== 'interface-description') continue;
    const { type: _, ...description } = block;
    interfaces.push({ ...description, section, index });
    index += 1;
  }
  return interfaces;
}

function namesOf(blocks: readonly Block[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const block of blocks) {
    if (block.type !== 'name-resolution') continue;
    for (const record of block.records) {
      if (record.kind !== 'ip' || names.has(record.address)) continue;
      const [name] = record.names;
      if (name !== undefined) names.set(record.address, name);
    }
  }
  return names;
}
