/**
 * Builds IP packets with valid lengths and checksums. The native library builds the same ones for capture files in `capture/packet.c`.
 */

/** Both ends of a packet. Addresses are 4 or 16 bytes. */
export interface PacketEnds {
  readonly family: 'ipv4' | 'ipv6';
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** What a TCP header says besides. */
export interface TcpNumbers {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
}

/** What a datagram carries, and what its IP header says of the way. */
export interface Datagram {
  readonly data: Uint8Array;
  /** As with `tcpPacket`. */
  readonly length: number;
  readonly hopLimit: number;
  readonly trafficClass: number;
}

const HEADER = { ipv4: 20, ipv6: 40, tcp: 20, udp: 8 } as const;
const PROTOCOL = { tcp: 6, udp: 17 } as const;
const DONT_FRAGMENT = 0x4000;
const TIME_TO_LIVE = 64;
const RESET = 4;
const SYN = 2;
const NO_OPTIONS = new Uint8Array();
/** As on a loopback with segments of any size, and a window that no amount in flight leaves: MSS 65495, scale 14. */
const SYN_OPTIONS = Uint8Array.from([2, 4, 0xff, 0xd7, 1, 3, 3, 14]);

/** How much data of a stream fits into one packet. */
export function segmentSize(mtu: number, family: PacketEnds['family']): number {
  return Math.max(1, mtu - HEADER[family] - HEADER.tcp);
}

/** A TCP segment. `length` is how much data it had; more than there is of it where only the beginning was kept. */
export function tcpPacket(ends: PacketEnds, numbers: TcpNumbers, data: Uint8Array, length = data.length): Uint8Array {
  const options = (numbers.flags & SYN) === 0 ? NO_OPTIONS : SYN_OPTIONS;
  const header = HEADER.tcp + options.length;
  const { packet, view, at } = ipPacket(ends, PROTOCOL.tcp, header, data, length);
  view.setUint32(at + 4, numbers.sequence);
  view.setUint32(at + 8, numbers.acknowledgement);
  packet.set(options, at + HEADER.tcp);
  view.setUint8(at + 12, (header / 4) << 4);
  view.setUint8(at + 13, numbers.flags);
  view.setUint16(at + 14, (numbers.flags & RESET) === 0 ? 0xffff : 0);
  view.setUint16(at + 16, transportChecksum(packet, at, PROTOCOL.tcp));
  return packet;
}

/** A UDP datagram. */
export function udpPacket(ends: PacketEnds, datagram: Datagram): Uint8Array {
  const { data, length } = datagram;
  const { packet, view, at } = ipPacket(ends, PROTOCOL.udp, HEADER.udp, data, length);
  mark(view, ends.family, datagram);
  view.setUint16(at + 4, HEADER.udp + length);
  // RFC 768: a sum of 0 would say that there is none.
  view.setUint16(at + 6, transportChecksum(packet, at, PROTOCOL.udp) || 0xffff);
  return packet;
}

/** Another hop limit and class (RFC 791 §3.1, RFC 8200 §3). */
function mark(view: DataView, family: PacketEnds['family'], { hopLimit, trafficClass }: Datagram): void {
  if (family === 'ipv6') {
    view.setUint16(0, 0x6000 | (trafficClass << 4));
    view.setUint8(7, hopLimit);
    return;
  }
  view.setUint8(1, trafficClass);
  view.setUint8(8, hopLimit);
  view.setUint16(10, 0);
  view.setUint16(10, folded(sumOf(new Uint8Array(view.buffer), 0, HEADER.ipv4)));
}

/** Headers of IP and, but for its ports, an empty one of the transport at `at`, then the data. */
function ipPacket(ends: PacketEnds, protocol: number, transportHeader: number, data: Uint8Array, length: number) {
  const at = HEADER[ends.family];
  const packet = new Uint8Array(at + transportHeader + data.length);
  const view = new DataView(packet.buffer);
  if (ends.family === 'ipv4') {
    view.setUint8(0, 0x45);
    view.setUint16(2, at + transportHeader + length);
    view.setUint16(6, DONT_FRAGMENT);
    view.setUint8(8, TIME_TO_LIVE);
    view.setUint8(9, protocol);
    packet.set(ends.source, 12);
    packet.set(ends.destination, 16);
    view.setUint16(10, folded(sumOf(packet, 0, at)));
  } else {
    view.setUint8(0, 0x60);
    view.setUint16(4, transportHeader + length);
    view.setUint8(6, protocol);
    view.setUint8(7, TIME_TO_LIVE);
    packet.set(ends.source, 8);
    packet.set(ends.destination, 24);
  }
  view.setUint16(at, ends.sourcePort);
  view.setUint16(at + 2, ends.destinationPort);
  packet.set(data, at + transportHeader);
  return { packet, view, at };
}

/** With the pseudo-header of both addresses (RFC 9293 §3.1, RFC 8200 §8.1). */
function transportChecksum(packet: Uint8Array, at: number, protocol: number): number {
  const addresses = at === HEADER.ipv4 ? 12 : 8;
  return folded(sumOf(packet, addresses, packet.length) + protocol + packet.length - at);
}

/** The sum of the 16-bit words of a part that begins at an even place (RFC 1071); below 2^53 for any packet. */
function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at + 1 < to; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if ((to - from) % 2 === 1) sum += (bytes[to - 1] ?? 0) << 8;
  return sum;
}

function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest % 0x10000) + Math.floor(rest / 0x10000);
  return ~rest & 0xffff;
}
