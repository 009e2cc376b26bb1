/**
 * Finds the events in the bytes of a ring. Damaged places and those that nobody completed are passed over.
 */
import { EVENT, EVENT_KIND } from './ring-layout.js';

/** One thing that the library recorded: a piece of a stream, a datagram, or whole packets. */
export interface RecordedEvent {
  readonly kind: 'packets' | 'segments' | 'datagram';
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
  /** TCP's flags of the last segment, its numbers of the first. */
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
  /** Where the bytes begin and end, as positions that only ever grow. */
  readonly start: number;
  readonly end: number;
}

const KINDS = new Map<number, RecordedEvent['kind']>([
  [EVENT_KIND.packets, 'packets'],
  [EVENT_KIND.segments, 'segments'],
  [EVENT_KIND.datagram, 'datagram'],
]);

/**
 * The complete events of `bytes`, which hold the positions of `window` in order, and were at a multiple of 64. `onUnfinished` is called
 * where somebody took a place for an event and never completed it.
 */
export function* eventsIn(
  bytes: Uint8Array,
  { start, end }: RingWindow,
  onUnfinished: () => void = () => {},
): Generator<RecordedEvent> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { state, size, stored } = EVENT.fields;
  let position = start;
  while (position + EVENT.headerSize <= end) {
    const at = position - start;
    const length = view.getUint32(at + size, true);
    const word = view.getBigUint64(at + state, true);
    const isComplete = word === BigInt(position) + EVENT.complete;
    const isSound =
      length % EVENT.alignment === 0 &&
      length <= end - position &&
      view.getUint32(at + stored, true) + EVENT.headerSize <= length;
    if (!isComplete || !isSound) {
      // Not an event, or none that anybody completed: the next one says by its position that it is one.
      if (word === BigInt(position) + EVENT.reserved) onUnfinished();
      position += EVENT.alignment;
      continue;
    }
    const event = eventAt(bytes, view, at);
    if (event !== undefined) yield event;
    position += length;
  }
}

/**
 * Whether all events of `bytes` are complete, but for what lies before the first one: `start` may be amid an event.
 *
 * An event is not while the process that records it is between its send and the note of what was really sent.
 */
export function areAllComplete(bytes: Uint8Array, { start, end }: RingWindow): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { state, size } = EVENT.fields;
  let hasBegun = start === 0;
  for (let position = start; position + EVENT.headerSize <= end; ) {
    const at = position - start;
    const isComplete = view.getBigUint64(at + state, true) === BigInt(position) + EVENT.complete;
    if (!isComplete && hasBegun) return false;
    hasBegun ||= isComplete;
    position += isComplete ? Math.max(EVENT.alignment, view.getUint32(at + size, true)) : EVENT.alignment;
  }
  return true;
}

function eventAt(bytes: Uint8Array, view: DataView, at: number): RecordedEvent | undefined {
  const { fields, headerSize } = EVENT;
  const kind = KINDS.get(view.getUint8(at + fields.kind));
  if (kind === undefined) return undefined;
  const u16 = (field: number) => view.getUint16(at + field, true);
  const u32 = (field: number) => view.getUint32(at + field, true);
  const family = view.getUint8(at + fields.family) === 6 ? 'ipv6' : 'ipv4';
  const address = (field: number) => bytes.subarray(at + field, at + field + (family === 'ipv6' ? 16 : 4));
  return {
    kind,
    timestampNs: view.getBigUint64(at + fields.time, true),
    pid: u32(fields.pid),
    spawn: u32(fields.spawn),
    interfaceId: view.getUint8(at + fields.interfaceId),
    family,
    source: address(fields.source),
    destination: address(fields.destination),
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
