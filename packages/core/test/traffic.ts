/**
 * Makes the packets of made-up conversations, so that a test says what happened and nothing else.
 */

import { join } from '../src/bytes/join.js';
import { ipv4Bytes, ipv6Bytes } from '../src/pcap/ip-text.js';
import { type Capture, encodePcap, LinkType, type PcapRecord, readCapture } from '../src/pcap.js';

/** An address and a port. */
export interface End {
  readonly address: string;
  readonly port: number;
}

export type Flag = 'fin' | 'syn' | 'rst' | 'psh' | 'ack';

export const LAPTOP: End = { address: '10.53.57.10', port: 40000 };
export const WEB: End = { address: '10.53.57.11', port: 80 };
export const NAMES: ReadonlyMap<string, string> = new Map([
  ['10.53.57.10', 'laptop'],
  ['10.53.57.11', 'web'],
  ['10.53.57.12', 'db'],
]);

const FLAG_BITS: Readonly<Record<Flag, number>> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 };
const START_NS = 1_700_000_000_000_000_000n;
const STEP_NS = 1_000_000n;

/** Packets one millisecond apart. */
export class Traffic {
  readonly records: PcapRecord[] = [];
  #nowNs = START_NS;

  /** Lets time pass. */
  wait(milliseconds: number): this {
    this.#nowNs += BigInt(Math.round(milliseconds * 1e6)) - STEP_NS;
    return this;
  }

  /** Any IP packet. */
  packet(data: Uint8Array): this {
    this.records.push({ timestampNs: this.#nowNs, data });
    this.#nowNs += STEP_NS;
    return this;
  }

  udp(from: End, to: End, data: Uint8Array | string): this {
    return this.packet(udpPacket(from, to, data));
  }

  tcp(from: End, to: End, segment: Segment): this {
    return this.packet(tcpPacket(from, to, segment));
  }

  /** A connection to go on with. */
  connection(client: End, server: End, initialSequences?: readonly [number, number]): Connection {
    return new Connection(this, client, server, initialSequences);
  }

  /** The packets as the reader gives them. */
  capture(): Capture {
    return readCapture(encodePcap(this.records, { linkType: LinkType.RAW }));
  }
}

/** What a TCP segment holds. */
export interface Segment {
  readonly sequence: number;
  readonly acknowledgment?: number;
  readonly flags?: readonly Flag[];
  readonly data?: Uint8Array | string;
}

/** A TCP connection that counts its sequence numbers itself. */
export class Connection {
  readonly #traffic: Traffic;
  readonly #ends: readonly [End, End];
  readonly #next: [number, number];

  constructor(traffic: Traffic, client: End, server: End, initial: readonly [number, number] = [1000, 5000]) {
    this.#traffic = traffic;
    this.#ends = [client, server];
    this.#next = [initial[0], initial[1]];
  }

  open(): this {
    return this.#send(0, ['syn'], '').#send(1, ['syn', 'ack'], '').#send(0, ['ack'], '');
  }

  refused(): this {
    return this.#send(0, ['syn'], '').#send(1, ['rst', 'ack'], '');
  }

  fromClient(data: Uint8Array | string): this {
    return this.#send(0, ['psh', 'ack'], data);
  }

  fromServer(data: Uint8Array | string): this {
    return this.#send(1, ['psh', 'ack'], data);
  }

  closedBy(side: 'client' | 'server'): this {
    const first = side === 'client' ? 0 : 1;
    return this.#send(first, ['fin', 'ack'], '')
      .#send(first === 0 ? 1 : 0, ['fin', 'ack'], '')
      .#send(first, ['ack'], '');
  }

  finFrom(side: 'client' | 'server'): this {
    return this.#send(side === 'client' ? 0 : 1, ['fin', 'ack'], '');
  }

  resetBy(side: 'client' | 'server'): this {
    return this.#send(side === 'client' ? 0 : 1, ['rst', 'ack'], '');
  }

  #send(side: 0 | 1, flags: readonly Flag[], data: Uint8Array | string): this {
    const other = side === 0 ? 1 : 0;
    const acknowledgment = flags.includes('ack') ? this.#next[other] : 0;
    this.#traffic.tcp(this.#ends[side], this.#ends[other], { sequence: this.#next[side], acknowledgment, flags, data });
    const counted = flags.includes('syn') || flags.includes('fin') ? 1 : 0;
    this.#next[side] = (this.#next[side] + bytesOf(data).byteLength + counted) >>> 0;
    return this;
  }
}

export function tcpPacket(
  from: End,
  to: End,
  { sequence, acknowledgment = 0, flags = ['ack'], data = '' }: Segment,
): Uint8Array {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint32(4, sequence);
  view.setUint32(8, acknowledgment);
  view.setUint8(12, 5 << 4);
  view.setUint8(
    13,
    flags.reduce((bits, flag) => bits | FLAG_BITS[flag], 0),
  );
  view.setUint16(14, 0xffff);
  return ipPacket(from.address, to.address, 6, join([header, bytesOf(data)]));
}

export function udpPacket(from: End, to: End, data: Uint8Array | string): Uint8Array {
  const bytes = bytesOf(data);
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint16(0, from.port);
  view.setUint16(2, to.port);
  view.setUint16(4, 8 + bytes.byteLength);
  return ipPacket(from.address, to.address, 17, join([header, bytes]));
}

/** `packet` in fragments of `size` bytes at most, a multiple of 8, as a router would cut it. */
export function fragmentsOf(packet: Uint8Array, size: number, id: number): Uint8Array[] {
  const isV4 = (packet[0] ?? 0) >> 4 === 4;
  const headerLength = isV4 ? 20 : 40;
  const payload = packet.subarray(headerLength);
  return Array.from({ length: Math.ceil(payload.byteLength / size) }, (_, index) => {
    const offset = index * size;
    const part = payload.subarray(offset, offset + size);
    const hasMore = offset + part.byteLength < payload.byteLength;
    const header = packet.slice(0, headerLength);
    const view = new DataView(header.buffer);
    if (isV4) {
      view.setUint16(2, headerLength + part.byteLength);
      view.setUint16(4, id);
      view.setUint16(6, (hasMore ? 0x2000 : 0) | (offset / 8));
      return join([header, part]);
    }
    const extension = new Uint8Array(8);
    const fields = new DataView(extension.buffer);
    fields.setUint8(0, view.getUint8(6));
    fields.setUint16(2, offset | Number(hasMore));
    fields.setUint32(4, id);
    view.setUint8(6, 44);
    view.setUint16(4, extension.byteLength + part.byteLength);
    return join([header, extension, part]);
  });
}

/** An ICMP "destination unreachable" about `packet`, with `code`. */
export function unreachablePacket(
  from: string,
  to: string,
  { packet, code }: { packet: Uint8Array; code: number },
): Uint8Array {
  const isV4 = from.includes('.');
  const header = Uint8Array.of(isV4 ? 3 : 1, code, 0, 0, 0, 0, 0, 0);
  return ipPacket(from, to, isV4 ? 1 : 58, join([header, packet.subarray(0, 64)]));
}

export function ipPacket(source: string, destination: string, protocol: number, payload: Uint8Array): Uint8Array {
  const v4Source = ipv4Bytes(source);
  const v4Destination = ipv4Bytes(destination);
  if (v4Source !== undefined && v4Destination !== undefined) {
    const header = new Uint8Array(20);
    const view = new DataView(header.buffer);
    view.setUint8(0, 0x45);
    view.setUint16(2, 20 + payload.byteLength);
    view.setUint16(6, 0x4000);
    view.setUint8(8, 64);
    view.setUint8(9, protocol);
    header.set(v4Source, 12);
    header.set(v4Destination, 16);
    return join([header, payload]);
  }
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, payload.byteLength);
  view.setUint8(6, protocol);
  view.setUint8(7, 64);
  header.set(ipv6Bytes(source) ?? [], 8);
  header.set(ipv6Bytes(destination) ?? [], 24);
  return join([header, payload]);
}

export function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}
