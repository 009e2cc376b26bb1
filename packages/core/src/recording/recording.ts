/**
 * Reads what the native library has recorded, whatever state it left the file in.
 */
import { fstatSync, readSync } from 'node:fs';
import { CaptureError } from '../bytes/capture-error.js';
import { byteCount } from '../dissect/protocols/units.js';
import { PCAP_HEADER_LENGTH, type PcapHeader } from '../pcap/header.js';
import { PcapDecoder } from '../pcap/reader.js';
import type { Packet } from '../pcapng/packet.js';
import type { UnknownName } from '../timeline/unknown-names.js';

/** One packet, in bytes of its own: those that the decoder gives are views of its buffer. */
export interface RecordedPacket extends Packet {
  readonly timestampNs: bigint;
  /** Who recorded it, where that is known: mostly the sender, but the client records the whole handshake. */
  readonly recorder?: PacketRecorder;
}

/** A process that recorded a packet. */
export interface PacketRecorder {
  readonly pid: number;
  /** The number of the program that it belongs to, 0 for none. */
  readonly spawn: number;
  /** The host that it is on. */
  readonly interfaceId: number;
}

/** The packets of a capture file, and what of it could not be read. */
export interface Recording {
  readonly packets: readonly RecordedPacket[];
  /** The names that programs looked up in vain; a capture file has none. */
  readonly unknownNames?: readonly UnknownName[];
  readonly loss: string | undefined;
  /** How many packets were recorded and are not among them. */
  readonly dropped: number;
}

/** All that is missing in one text; `undefined` when nothing is. */
export function joinedLosses(losses: readonly (string | undefined)[]): string | undefined {
  return losses.filter((loss) => loss !== undefined).join('. ') || undefined;
}

const CHUNK_BYTES = 1024 * 1024;
/** A packet record (draft-ietf-opsawg-pcap §5): the header, with the captured length in it, and the data. */
const RECORD = { capturedLength: 8, headerLength: 16 } as const;
/** What a packet takes besides its data, in objects. */
const PACKET_OVERHEAD = 400;
const MAX_PACKET_LENGTH = 0xffff;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/**
 * The packets, by time, whose records begin before byte `end` of an open pcap file.
 *
 * A record across `end` is read to its end, since it was being written when `end` was looked up. Of a capture whose
 * packets take more than about `maxBytes` of memory the last part is read: it explains the failure.
 */
export function readRecording(file: number, end: number, maxBytes: number = DEFAULT_MAX_BYTES): Recording {
  const packets: RecordedPacket[] = [];
  const losses: string[] = [];
  let skipped = 0;
  let dropped = 0;
  try {
    const decoder = new PcapDecoder();
    for (const _ of decoder.push(read(file, 0, PCAP_HEADER_LENGTH))) break; // A header alone has no packets.
    if (decoder.header === undefined) {
      if (fstatSync(file).size > 0) decoder.end();
      return { packets, dropped, loss: undefined };
    }

    const { starts, stop } = recordsOf(file, end, decoder.header);
    const first = firstWithin(maxBytes, starts, stop);
    dropped = first;
    if (first > 0) losses.push(`The first ${first} packets are left out: the last ones take ${byteCount(maxBytes)}`);
    const from = starts[first] ?? PCAP_HEADER_LENGTH;
    skipped = from - PCAP_HEADER_LENGTH;
    for (let position = from; position < stop; ) {
      const chunk = read(file, position, Math.min(CHUNK_BYTES, stop - position));
      if (chunk.length === 0) break;
      position += chunk.length;
      for (const packet of decoder.push(chunk)) packets.push(copyOf(packet));
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    // The decoder counts the bytes that it was given.
    losses.push(error.message.replace(`at byte ${error.offset}`, `at byte ${error.offset + skipped}`));
  }
  // Processes append by themselves, so a packet may come after one that is a little younger.
  packets.sort((a, b) => Number(a.timestampNs - b.timestampNs));
  return { packets, dropped, loss: joinedLosses(losses) };
}

/** Where the records begin, found by their lengths alone, and where to stop reading. */
function recordsOf(file: number, end: number, { byteOrder }: PcapHeader): { starts: number[]; stop: number } {
  const { size } = fstatSync(file);
  const starts: number[] = [];
  for (let position = PCAP_HEADER_LENGTH; position < Math.min(end, size); ) {
    const chunk = read(file, position, CHUNK_BYTES);
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at + RECORD.headerLength <= chunk.length && position + at < end) {
      starts.push(position + at);
      at += RECORD.headerLength + view.getUint32(at + RECORD.capturedLength, byteOrder === 'little');
    }
    // A header that is cut off is the decoder's to report, and so is a length that leads out of the file.
    if (at === 0 || position + at > size) return { starts, stop: size };
    position += at;
    if (position >= end) return { starts, stop: position };
  }
  return { starts, stop: Math.max(PCAP_HEADER_LENGTH, Math.min(end, size)) };
}

/** The first of the last packets that together take `maxBytes` at most. */
function firstWithin(maxBytes: number, starts: readonly number[], stop: number): number {
  let first = starts.length;
  for (let bytes = 0, next = stop; first > 0; first--) {
    const start = starts[first - 1] ?? 0;
    // What looks longer than a packet can be is damaged, and the end of what can be read.
    bytes += Math.min(next - start - RECORD.headerLength, MAX_PACKET_LENGTH) + PACKET_OVERHEAD;
    if (bytes > maxBytes) break;
    next = start;
  }
  return Math.min(first, Math.max(0, starts.length - 1));
}

function copyOf(packet: Packet): RecordedPacket {
  const { timestampNs = 0n, originalLength, capturedLength, options } = packet;
  return {
    interface: packet.interface,
    timestampNs,
    originalLength,
    capturedLength,
    data: packet.data.slice(),
    options,
  };
}

/** Bytes of the file: fewer where it ends. A buffer of their own, since a decoder may keep it. */
function read(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
