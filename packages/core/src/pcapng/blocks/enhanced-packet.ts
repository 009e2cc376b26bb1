import type { ByteReader } from '../../bytes/byte-reader.js';
import { CaptureError } from '../../bytes/capture-error.js';
import { kindAndBytes, u32, u64, type ValueCodec } from '../option-values.js';
import { type CommonOptions, many, type OptionTable, one, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';
import { type PacketFlags, packetFlags } from './packet-flags.js';

/** What is known of a packet besides its bytes (pcapng §4.3). */
export interface PacketOptions extends CommonOptions {
  readonly flags?: PacketFlags;
  /** Hashes of the packet; kind 2 is CRC32, 3 MD5, 4 SHA-1 and 5 Toeplitz. */
  readonly hashes?: readonly { readonly kind: number; readonly value: Uint8Array }[];
  /** How many packets the recorder lost between the one before and this one. */
  readonly dropCount?: bigint;
  /** The same number on two records says that they show one packet in two places. */
  readonly packetId?: bigint;
  /** The queue of the interface it went through. */
  readonly queue?: number;
  /**
   * What became of the packet: kind 0 hardware, 1 Linux eBPF TC, 2 Linux eBPF XDP. Of kind 2, the value
   * 1 (as a 64-bit number) is XDP_DROP.
   */
  readonly verdicts?: readonly { readonly kind: number; readonly value: Uint8Array }[];
  /** The process and thread that it belongs to. */
  readonly process?: { readonly processId: number; readonly threadId: number };
}

/** A packet (pcapng §4.3). */
export interface EnhancedPacketBlock extends PacketOptions {
  readonly type: 'enhanced-packet';
  /** The interface of its section, counted from 0. */
  readonly interfaceId: number;
  /** The time in ticks of the interface: nanoseconds since 1970 if its `timeResolution` is 9. */
  readonly timestamp: bigint;
  /** How long the packet was on the network. */
  readonly originalLength: number;
  /** The bytes that were recorded. */
  readonly data: Uint8Array;
}

const processAndThread: ValueCodec<{ readonly processId: number; readonly threadId: number }> = {
  read: (reader) => ({ processId: reader.u32('process ID'), threadId: reader.u32('thread ID') }),
  write: ({ processId, threadId }, writer) => {
    writer.u32(processId, 'process ID of a packet');
    writer.u32(threadId, 'thread ID of a packet');
  },
};

const flags: ValueCodec<PacketFlags> = {
  read: (reader) => packetFlags.decode(u32.read(reader)),
  write: (value, writer) => u32.write(packetFlags.encode(value), writer),
};

const OPTIONS: OptionTable<PacketOptions> = {
  flags: one(2, flags),
  hashes: many(3, kindAndBytes),
  dropCount: one(4, u64),
  packetId: one(5, u64),
  queue: one(6, u32),
  verdicts: many(7, kindAndBytes),
  process: one(8, processAndThread),
};

/** Reads and writes enhanced packet blocks. */
export const enhancedPacket: BlockCodec<EnhancedPacketBlock> = {
  blockType: 6,
  name: 'enhanced packet block',

  decode(reader) {
    const interfaceId = reader.u32('interface number');
    const timestamp = reader.halves('time');
    const capturedLength = reader.u32('captured length');
    const originalLength = reader.u32('original length');
    const data = takePacketData(reader, capturedLength);
    const options = readPacketOptions(reader);
    return { type: 'enhanced-packet', interfaceId, timestamp, originalLength, data, ...options };
  },

  encode(block, writer) {
    writer.u32(block.interfaceId, 'interface number of a packet');
    writer.halves(block.timestamp, 'time of a packet');
    writer.u32(block.data.byteLength, 'captured length');
    writer.u32(block.originalLength, 'original length');
    writer.padded(block.data);
    writeOptions(block, OPTIONS, writer);
  },
};

/** The options of a packet, behind its data. */
export function readPacketOptions(reader: ByteReader): PacketOptions {
  return readOptions(reader, OPTIONS);
}

/**
 * The data of a packet, its length checked.
 *
 * @throws {CaptureError} `BAD_LENGTH` when the packet claims to hold more than its block.
 */
export function takePacketData(reader: ByteReader, capturedLength: number): Uint8Array {
  const padded = capturedLength + (-capturedLength & 3);
  if (padded > reader.remaining) {
    const { subject, offset, remaining } = reader;
    const message = `Cannot read the packet in the ${subject} at byte ${offset}: it holds ${capturedLength} bytes, the block has ${remaining} left`;
    throw new CaptureError('BAD_LENGTH', message, { offset });
  }
  return reader.takePadded(capturedLength, 'packet');
}
