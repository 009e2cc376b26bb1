/**
 * Reads the flight recorder of a network: the ring that the native library records into while programs run.
 */
import { fstatSync, readSync } from 'node:fs';
import type { UnknownName } from '../timeline/unknown-names.js';
import { packetsOf } from './event-packets.js';
import { placesIn, type RingWindow } from './recorded-event.js';
import { EVENT, RING } from './ring-layout.js';
import { isGone, type SettledEvents, type Surroundings, settledEvents } from './settled-events.js';

const TEXT = new TextDecoder();

/** One packet, in bytes of its own. */
export interface FlightPacket {
  readonly timestampNs: bigint;
  readonly data: Uint8Array;
  readonly originalLength: number;
  /** The process that recorded it, and its `SOCKET_WRAPPER_SPAWN`, 0 for none. */
  readonly pid: number;
  readonly spawn: number;
  /** The host that recorded it. */
  readonly interfaceId: number;
}

/** What is in the ring, and what is not. */
export interface FlightRecording {
  /** In the order in which things happened. */
  readonly packets: readonly FlightPacket[];
  readonly unknownNames: readonly UnknownName[];
  /** How many bytes of older events were overwritten or left out. */
  readonly overwrittenBytes: number;
  /** Events that found no room or were not completed in time, and the data in them. */
  readonly lostEvents: number;
  readonly lostBytes: number;
  /** Sends that still go on, or that ended with their process and of which nobody knows how much was sent. */
  readonly unfinished: number;
}

/** Which part of a ring to read. */
export interface FlightOptions {
  /** Events from this position of `flightHead` on are left out. Default: none. */
  readonly head?: number;
  /** How much of the ring to read at most, the youngest part. Default: all of it. */
  readonly maxBytes?: number;
  /** What is known besides. Default: the processes of this machine, and no sockets. */
  readonly surroundings?: Partial<Surroundings>;
}

/** Whether the open `file` is a flight recorder. */
export function isFlightRecorder(file: number): boolean {
  const { length, view } = readHeader(file);
  return length === RING.headerSize && view.getBigUint64(RING.fields.magic, true) === RING.magic;
}

/** How far the open ring has been written, for `readFlightRecorder`. */
export function flightHead(file: number): number {
  return Number(readHeader(file).view.getBigUint64(RING.fields.head, true));
}

/**
 * What the open ring holds, up to what is still being sent. Programs may go on recording meanwhile: what they overwrite during the call is left
 * out.
 *
 * A ring that is damaged, or of another version, gives no packets.
 */
export function readFlightRecorder(
  file: number,
  { head, maxBytes = RING.maxSize, surroundings = {} }: FlightOptions = {},
): FlightRecording {
  const nothing = { packets: [], unknownNames: [], overwrittenBytes: 0, lostEvents: 0, lostBytes: 0, unfinished: 0 };
  if (!isFlightRecorder(file)) return nothing;
  const { view } = readHeader(file);
  const number = (field: number) => Number(view.getBigUint64(field, true));
  const size = number(RING.fields.size);
  if (size < RING.minSize || size > RING.maxSize || Math.log2(size) % 1 !== 0) return nothing;
  const end = Math.min(head ?? Number.POSITIVE_INFINITY, number(RING.fields.head));
  const room = Math.min(size, Math.max(EVENT.alignment, Math.floor(maxBytes / EVENT.alignment) * EVENT.alignment));
  // Another network may have had the ring before.
  const begin = number(RING.fields.begin);
  const start = Math.max(begin, end - room);
  const bytes = readRing(file, size, start, end);
  // Whatever was recorded while the ring was read may have gone over its oldest events.
  const intact = Math.max(start, flightHead(file) - size);
  if (intact >= end) return { ...nothing, overwrittenBytes: Math.max(0, end - begin) };

  const packets: FlightPacket[] = [];
  const unknownNames: UnknownName[] = [];
  let timestampNs = 0n;
  const { events, unfinished } = settled(bytes.subarray(intact - start), { begin, start: intact, end }, surroundings);
  for (const event of events) {
    // The place in the ring is what decides; a clock that two processes read may be a little off.
    if (event.timestampNs > timestampNs) timestampNs = event.timestampNs;
    const { pid, spawn, interfaceId } = event;
    if (event.kind === 'unknown-name') {
      unknownNames.push({ timestampNs, name: TEXT.decode(event.data), pid, spawn, interfaceId });
    }
    for (const packet of packetsOf(event)) packets.push({ ...packet, timestampNs, pid, spawn, interfaceId });
  }
  return {
    packets,
    unknownNames,
    overwrittenBytes: intact - begin,
    lostEvents: number(RING.fields.lostEvents),
    lostBytes: number(RING.fields.lostBytes),
    unfinished,
  };
}

function readRing(file: number, size: number, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, end - start));
  for (let done = 0; done < bytes.length; ) {
    const offset = (start + done) % size;
    const wanted = Math.min(bytes.length - done, size - offset);
    const count = readSync(file, bytes, done, wanted, RING.headerSize + offset);
    if (count === 0) break; // The file was cut: the rest stays zero, which is no event.
    done += count;
  }
  return bytes;
}

function readHeader(file: number): { length: number; view: DataView } {
  const bytes = new Uint8Array(RING.headerSize);
  // A pipe has no place to read from.
  const length = fstatSync(file).isFile() ? readSync(file, bytes, 0, bytes.length, 0) : 0;
  return { length, view: new DataView(bytes.buffer) };
}

/** How far back an event may lie that is still being recorded. */
const RECENT_BYTES = 1024 * 1024;

/** Whether nothing before the ring's position `head` is still being recorded; of a long recording the last part counts. */
export function isFlightComplete(file: number, head: number): boolean {
  const { view } = readHeader(file);
  const size = Number(view.getBigUint64(RING.fields.size, true));
  const begin = Number(view.getBigUint64(RING.fields.begin, true));
  const start = Math.max(begin, head - Math.min(size, RECENT_BYTES));
  return settled(readRing(file, size, start, head), { begin, start, end: head }, {}).isAll;
}

function settled(bytes: Uint8Array, window: RingWindow, surroundings: Partial<Surroundings>): SettledEvents {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  return settledEvents([...placesIn(bytes, window)], {
    nowNs,
    isGone,
    isOver: false,
    sockets: () => [],
    ...surroundings,
  });
}
