/**
 * How much was sent of what a process had offered to the kernel when it was killed.
 *
 * It never came to say so, but others know: whoever went on with the stream began behind it, its end stands behind it, and who receives has
 * counted what it has read. Data that nobody has read cannot be told from data that never left, and is left out. The native library
 * decides the same for capture files in `capture/outcome.c`.
 */
import { ipv4Text, ipv6Text } from '../pcap/ip-text.js';
import { endName, type StreamProgress } from '../state/stream-progress.js';
import type { RecordedEvent } from './recorded-event.js';

/** What became of an offer. */
export interface Outcome {
  /** So many bytes were sent, at least. */
  readonly sent: number;
  /** Whether it was no more. */
  readonly isKnown: boolean;
}

/** How much of `event` was sent, by what was recorded after it and what sockets say. */
export function outcomeOf(
  event: RecordedEvent,
  later: Iterable<RecordedEvent>,
  sockets: readonly StreamProgress[],
): Outcome {
  // A network may lose a datagram: one that was about to be sent is no lie.
  if (event.kind !== 'segments') return { sent: event.length, isKnown: true };
  const from = endOf(event.source, event.sourcePort);
  const to = endOf(event.destination, event.destinationPort);
  let read = 0;
  for (const other of later) {
    if (other.kind !== 'segments') continue;
    const source = endOf(other.source, other.sourcePort);
    const destination = endOf(other.destination, other.destinationPort);
    if (source === from && destination === to) {
      return { sent: clamped(distance(event.sequence, other.sequence), event.length), isKnown: true };
    }
    if (source === to && destination === from) {
      read = Math.max(read, distance(event.sequence, other.acknowledgement));
    }
  }
  for (const { local, peer, received } of sockets) {
    if (local !== to || peer !== from) continue;
    read = Math.max(read, distance(event.sequence, Number((received + 1n) & 0xffffffffn)));
  }
  const sent = clamped(read, event.length);
  return { sent, isKnown: sent === event.length };
}

function endOf(address: Uint8Array, port: number): string {
  return endName(address.length === 4 ? ipv4Text(address) : ipv6Text(address), port);
}

/** From one sequence number to another; negative when it is the earlier one. */
function distance(from: number, to: number): number {
  return (to - from) | 0;
}

function clamped(count: number, most: number): number {
  return Math.max(0, Math.min(count, most));
}
