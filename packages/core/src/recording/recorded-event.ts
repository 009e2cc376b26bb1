/**
 * Finds the events in the bytes of a ring, and the places where there will be one.
 */
import { EVENT, EVENT_KIND } from './ring-layout.js';

/** One thing that the library recorded: a piece of a stream, a datagram, a handshake, whole packets, or a name that no host has. */
export interface RecordedEvent {
  readonly kind: 'packets' | 'segments' | 'datagram' | 'handshake' | 'unknown-name' | 'nothing';
  readonly timestampNs: bigint;
  /** The process that recorded it, and the number of the program that it belongs to, 0 for none. */
  readonly pid: number;
  readonly spawn: number;
  /** The host that recorded it. */
  readonly interfaceId: number;
  readonly family: 'ipv4' | 'ipv6';
  /** Addresses of 4 or 16 bytes. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** TCP's flags of the last segment, its numbers of the first; a datagram's traffic class and, as `sequence`, its hop limit. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly mtu: number;
  /** How much data of each packet was kept; 0 is all. */
  readonly limit: number;
  /** How much was sent. */
  readonly length: number;
  /** What of it was kept, a view of the ring. */
  readonly data: Uint8Array;
}

/** Which part of a ring holds events that can be read. */
export interface RingWindow {
  /** The position of the network's first event. */
  readonly begin: number;
  /** Where the bytes begin and end, as positions that only ever grow. */
  readonly start: number;
  readonly end: number;
}

/**
 * How far the recording of an event has come: its data is still being put there, it is with the kernel, which may have taken all, some
 * or nothing of it, or it is known what was sent.
 */
export type EventState = 'reserved' | 'offered' | 'complete';

/** A place in a ring. Without an event it is one that somebody has just taken, or had when it was killed. */
export type RingPlace =
  | { readonly state: EventState; readonly event: RecordedEvent }
  | { readonly state: 'taken'; readonly event?: undefined };

const KINDS = new Map<number, RecordedEvent['kind']>([
  [EVENT_KIND.nothing, 'nothing'],
  [EVENT_KIND.packets, 'packets'],
  [EVENT_KIND.segments, 'segments'],
  [EVENT_KIND.datagram, 'datagram'],
  [EVENT_KIND.handshake, 'handshake'],
  [EVENT_KIND.unknownName, 'unknown-name'],
]);

const STATES = new Map<bigint, EventState>([
  [BigInt(EVENT.states.reserved), 'reserved'],
  [BigInt(EVENT.states.offered), 'offered'],
  [BigInt(EVENT.states.complete), 'complete'],
]);

/**
 * The places in `bytes`, which hold the positions of `window` in order, and were at a multiple of 64. What lies before the first event is left
 * out: the window may begin amid one.
 */
export function* placesIn(bytes: Uint8Array, { begin, start, end }: RingWindow): Generator<RingPlace> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { state, size } = EVENT.fields;
  let isAmidSomething = start > begin;
  let position = start;
  while (position + EVENT.headerSize.ipv4 <= end) {
    const at = position - start;
    const found = STATES.get(view.getBigUint64(at + state, true) - BigInt(position));
    const event = found === undefined ? undefined : eventAt(bytes, view, at);
    if (found === undefined || event === undefined) {
      // Not an event: the next one says by its position that it is one.
      if (!isAmidSomething) yield { state: 'taken' };
      isAmidSomething = true;
      position += EVENT.alignment;
      continue;
    }
    yield { state: found, event };
    isAmidSomething = false;
    position += view.getUint32(at + size, true);
  }
}

/** The event at a place of the view; `undefined` when it is damaged. */
function eventAt(bytes: Uint8Array, view: DataView, at: number): RecordedEvent | undefined {
  const { fields } = EVENT;
  const kind = KINDS.get(view.getUint8(at + fields.kind));
  const u16 = (field: number) => view.getUint16(at + field, true);
  const u32 = (field: number) => view.getUint32(at + field, true);
  const family = view.getUint8(at + fields.family) === 6 ? 'ipv6' : 'ipv4';
  const headerSize = EVENT.headerSize[family];
  const size = u32(fields.size);
  const isSound =
    size >= EVENT.alignment &&
    size % EVENT.alignment === 0 &&
    size <= bytes.length - at &&
    u32(fields.stored) + headerSize <= size;
  if (kind === undefined || !isSound) return undefined;
  const source = at + fields.addresses;
  const destination = source + (family === 'ipv6' ? 16 : 4);
  return {
    kind,
    timestampNs: view.getBigUint64(at + fields.time, true),
    pid: u32(fields.pid),
    spawn: u32(fields.spawn),
    interfaceId: view.getUint8(at + fields.interfaceId),
    family,
    source: bytes.subarray(source, destination),
    destination: bytes.subarray(destination, destination + (destination - source)),
    sourcePort: u16(fields.sourcePort),
    destinationPort: u16(fields.destinationPort),
    flags: view.getUint8(at + fields.flags),
    sequence: u32(fields.sequence),
    acknowledgement: u32(fields.acknowledgement),
    mtu: u16(fields.mtu),
    limit: u16(fields.limit),
    length: u32(fields.length),
    data: bytes.subarray(at + headerSize, at + headerSize + u32(fields.stored)),
  };
}
