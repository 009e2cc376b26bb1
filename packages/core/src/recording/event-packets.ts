/**
 * Turns recorded events into the IP packets that would have been on a wire. The native library does the same for capture files in
 * `capture/segments.c`.
 */
import { segmentSize, tcpPacket, udpPacket } from './ip-packet.js';
import type { RecordedEvent } from './recorded-event.js';

/** A packet, and how long it was when less of it was kept. */
export interface EventPacket {
  readonly data: Uint8Array;
  readonly originalLength: number;
}

const PUSH = 8;
const SYN = 2;
const ACKNOWLEDGE = 16;
const MIN_PACKET = 20;
const NO_DATA = new Uint8Array();

/** The packets of `event`, in the order in which they were sent, with bytes of their own. */
export function packetsOf(event: RecordedEvent): EventPacket[] {
  switch (event.kind) {
    case 'nothing':
    case 'unknown-name':
      return [];
    case 'packets':
      return wholePackets(event.data);
    case 'handshake':
      return handshake(event);
    case 'segments':
      return segments(event);
    case 'datagram': {
      const marks = { hopLimit: event.sequence & 0xff, trafficClass: event.flags };
      const packet = udpPacket(event, { ...marks, data: event.data, length: event.length });
      return [{ data: packet, originalLength: packet.length + event.length - event.data.length }];
    }
  }
}

/** Each says by itself how long it is. */
function wholePackets(bytes: Uint8Array): EventPacket[] {
  const packets: EventPacket[] = [];
  const u16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  for (let at = 0; at + MIN_PACKET <= bytes.length; ) {
    const isIpv4 = (bytes[at] ?? 0) >> 4 === 4;
    const length = isIpv4 ? u16(at + 2) : 40 + u16(at + 4);
    if (length < MIN_PACKET || length > bytes.length - at) break;
    packets.push({ data: bytes.slice(at, at + length), originalLength: length });
    at += length;
  }
  return packets;
}

/** The source is who connects. Both sides count from 0. */
function handshake(event: RecordedEvent): EventPacket[] {
  const { source, destination, sourcePort, destinationPort } = event;
  const back = {
    ...event,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
  return [
    tcpPacket(event, { flags: SYN, sequence: 0, acknowledgement: 0 }, NO_DATA),
    tcpPacket(back, { flags: SYN | ACKNOWLEDGE, sequence: 0, acknowledgement: 1 }, NO_DATA),
    tcpPacket(event, { flags: ACKNOWLEDGE, sequence: 1, acknowledgement: 1 }, NO_DATA),
  ].map((data) => ({ data, originalLength: data.length }));
}

/** One segment at least: a FIN has no data. */
function segments(event: RecordedEvent): EventPacket[] {
  const most = segmentSize(event.mtu, event.family);
  const packets: EventPacket[] = [];
  let at = 0;
  for (let done = 0; done < event.length || done === 0; done += most) {
    const length = Math.min(most, event.length - done);
    const kept = event.limit === 0 ? length : Math.min(event.limit, length);
    if (kept > event.data.length - at) break;
    const isLast = done + length === event.length;
    const numbers = {
      flags: isLast ? event.flags : event.flags & ~PUSH,
      sequence: (event.sequence + done) >>> 0,
      acknowledgement: event.acknowledgement,
    };
    const data = tcpPacket(event, numbers, event.data.subarray(at, at + kept), length);
    packets.push({ data, originalLength: data.length + length - kept });
    at += kept;
  }
  return packets;
}
