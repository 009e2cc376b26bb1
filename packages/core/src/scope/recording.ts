/**
 * Reads what the native library has recorded, whatever state it left the file in.
 */
import { fstatSync, readSync } from 'node:fs';
import { CaptureError } from '../pcap/capture-error.js';
import { PCAP_HEADER_LENGTH } from '../pcap/header.js';
import type { Packet } from '../pcap/packet.js';
import { PcapDecoder } from '../pcap/reader.js';
import { monotonicMs } from './clock.js';

/** One packet, in bytes of its own: those that the decoder gives are views of its buffer. */
export interface RecordedPacket extends Packet {
  readonly timestampNs: bigint;
}

/** The packets of a capture file, and what of it could not be read. */
export interface Recording {
  readonly packets: readonly RecordedPacket[];
  readonly loss: string | undefined;
}

/** How much of a capture is kept and how long reading it may take. */
export interface RecordingLimits {
  /** Default 64 MiB: of a longer capture the last part is kept, which explains the failure. */
  readonly maxBytes?: number;
  /** Default 2000. */
  readonly timeoutMs?: number;
}

const CHUNK_BYTES = 1024 * 1024;
const RECORD_HEADER_LENGTH = 16;

/**
 * The packets whose records begin before byte `end` of an open pcap file.
 *
 * A record across `end` is read to its end, since it was being written when `end` was looked up.
 */
export function readRecording(file: number, end: number, limits: RecordingLimits = {}): Recording {
  const { maxBytes = 64 * 1024 * 1024, timeoutMs = 2000 } = limits;
  const kept = new LastPackets(maxBytes);
  const losses: string[] = [];
  try {
    const stoppedAt = readPackets(file, end, monotonicMs() + timeoutMs, (packet) => kept.add(packet));
    if (stoppedAt !== undefined)
      losses.push(`Reading took longer than ${timeoutMs} ms and stopped at byte ${stoppedAt}`);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    losses.push(error.message);
  }
  if (kept.dropped > 0)
    losses.unshift(`The first ${kept.dropped} packets are left out to stay below ${maxBytes} bytes`);
  return { packets: kept.packets, loss: losses.length === 0 ? undefined : losses.join('. ') };
}

/** Gives all packets to `take`; returns where it had to stop, if it had to. */
function readPackets(
  file: number,
  end: number,
  deadlineMs: number,
  take: (packet: RecordedPacket) => void,
): number | undefined {
  const decoder = new PcapDecoder();
  const chunk = new Uint8Array(CHUNK_BYTES);
  let recordStart = PCAP_HEADER_LENGTH;
  for (let position = 0; ; ) {
    const length = readSync(file, chunk, 0, chunk.length, position);
    if (length === 0) break;
    position += length;
    for (const packet of decoder.push(chunk.subarray(0, length))) {
      if (recordStart >= end) return undefined;
      const { timestampNs = 0n, originalLength, capturedLength, options } = packet;
      recordStart += RECORD_HEADER_LENGTH + capturedLength;
      take({
        interface: packet.interface,
        timestampNs,
        originalLength,
        capturedLength,
        data: packet.data.slice(),
        options,
      });
    }
    if (decoder.header !== undefined && recordStart >= end) return undefined;
    if (monotonicMs() > deadlineMs) return position;
  }
  if (fstatSync(file).size > 0) decoder.end();
  return undefined;
}

/** A window on the last packets, by their bytes. */
class LastPackets {
  readonly #maxBytes: number;
  #packets: RecordedPacket[] = [];
  #first = 0;
  #bytes = 0;
  #droppedBefore = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get packets(): readonly RecordedPacket[] {
    return this.#packets.slice(this.#first);
  }

  get dropped(): number {
    return this.#droppedBefore + this.#first;
  }

  add(packet: RecordedPacket): void {
    this.#packets.push(packet);
    this.#bytes += RECORD_HEADER_LENGTH + packet.data.length;
    while (this.#bytes > this.#maxBytes) {
      this.#bytes -= RECORD_HEADER_LENGTH + (this.#packets[this.#first]?.data.length ?? 0);
      this.#first++;
    }
    // Give the memory back from time to time, not for each packet.
    if (this.#first > 65_536) {
      this.#packets = this.#packets.slice(this.#first);
      this.#droppedBefore += this.#first;
      this.#first = 0;
    }
  }
}
