/**
 * IPv4 (RFC 791) and IPv6 (RFC 8200) headers.
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { CaptureError } from '../bytes/capture-error.js';
import { ipv4Text, ipv6Text } from '../pcap/ip-text.js';

/** Numbers of the protocols that are known here (IANA protocol numbers). */
export const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58 } as const;

/** Which part of a packet a fragment is. */
export interface Fragment {
  readonly id: number;
  /** Where in the whole packet this part begins. */
  readonly offset: number;
  /** Whether parts follow behind this one. */
  readonly hasMore: boolean;
}

/** An IP packet. */
export interface IpPacket {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  /** How many routers may still pass it on: TTL in IPv4, hop limit in IPv6. */
  readonly hopLimit: number;
  /** The protocol of the payload, see `IpProtocol`. */
  readonly protocol: number;
  readonly fragment?: Fragment;
  /** What was recorded of the payload. */
  readonly payload: Uint8Array;
  /** How long the payload is by the header's word, which may be more than was recorded. */
  readonly payloadLength: number;
}

const IPV4_MIN_HEADER_LENGTH = 20;
const IPV4_MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET_MASK = 0x1fff;
const FRAGMENT_UNIT = 8;

/** Extension headers that have a length, and the one that has none (RFC 8200 §4). */
const Ipv6Extension = { HOP_BY_HOP: 0, ROUTING: 43, FRAGMENT: 44, AUTHENTICATION: 51, DESTINATION: 60 } as const;

/**
 * The IP packet that `bytes` begin with.
 *
 * @throws {CaptureError} `BAD_BLOCK` for another version, `BAD_LENGTH` when the headers are cut.
 */
export function readIp(bytes: Uint8Array): IpPacket {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return readIpv4(bytes);
  if (version === 6) return readIpv6(bytes);
  new ByteReader({ subject: 'IP packet', bytes, byteOrder: 'big' }).u8('version');
  throw new CaptureError('BAD_BLOCK', `Cannot read an IP packet of version ${version}`, { offset: 0 });
}

function readIpv4(bytes: Uint8Array): IpPacket {
  const reader = new ByteReader({ subject: 'IPv4 header', bytes, byteOrder: 'big' });
  const headerLength = (reader.u8('header length') & 0x0f) * 4;
  reader.u8('type of service');
  const totalLength = reader.u16('total length');
  const id = reader.u16('identification');
  const fragmentWord = reader.u16('fragment offset');
  const hopLimit = reader.u8('time to live');
  const protocol = reader.u8('protocol');
  reader.u16('checksum');
  const source = ipv4Text(reader.take(4, 'source'));
  const destination = ipv4Text(reader.take(4, 'destination'));
  if (headerLength < IPV4_MIN_HEADER_LENGTH) {
    throw new CaptureError('BAD_LENGTH', `Cannot read an IPv4 header of ${headerLength} bytes`, { offset: 0 });
  }
  reader.take(headerLength - IPV4_MIN_HEADER_LENGTH, 'options');

  const offset = (fragmentWord & FRAGMENT_OFFSET_MASK) * FRAGMENT_UNIT;
  const hasMore = (fragmentWord & IPV4_MORE_FRAGMENTS) !== 0;
  // A sender that leaves segmentation to its network card records a total length of 0.
  const payloadLength = totalLength === 0 ? reader.remaining : Math.max(0, totalLength - headerLength);
  return {
    version: 4,
    source,
    destination,
    hopLimit,
    protocol,
    ...(offset === 0 && !hasMore ? {} : { fragment: { id, offset, hasMore } }),
    payload: reader.take(Math.min(payloadLength, reader.remaining), 'payload'),
    payloadLength,
  };
}

function readIpv6(bytes: Uint8Array): IpPacket {
  const reader = new ByteReader({ subject: 'IPv6 header', bytes, byteOrder: 'big' });
  reader.u32('flow label');
  const lengthField = reader.u16('payload length');
  let protocol = reader.u8('next header');
  const hopLimit = reader.u8('hop limit');
  const source = ipv6Text(reader.take(16, 'source'));
  const destination = ipv6Text(reader.take(16, 'destination'));

  // Samba's socket_wrapper counts the header itself; in a complete packet the bytes there tell better.
  const isHeaderCounted = lengthField === bytes.byteLength;
  let payloadLength = isHeaderCounted || lengthField === 0 ? reader.remaining : lengthField;
  let fragment: Fragment | undefined;
  for (;;) {
    const before = reader.remaining;
    if (protocol === Ipv6Extension.FRAGMENT) {
      protocol = reader.u8('next header');
      reader.u8('reserved byte');
      const word = reader.u16('fragment offset');
      fragment = { id: reader.u32('identification'), offset: word & ~7, hasMore: (word & 1) === 1 };
    } else if (isExtension(protocol)) {
      const unit = protocol === Ipv6Extension.AUTHENTICATION ? 4 : 8;
      protocol = reader.u8('next header');
      const length = reader.u8('extension length') * unit + 8;
      reader.take(length - 2, 'extension header');
    } else break;
    payloadLength -= before - reader.remaining;
    // Behind a later fragment's header there is no further header, just the middle of the payload.
    if (fragment !== undefined && fragment.offset > 0) break;
  }
  payloadLength = Math.max(0, payloadLength);
  return {
    version: 6,
    source,
    destination,
    hopLimit,
    protocol,
    ...(fragment === undefined ? {} : { fragment }),
    payload: reader.take(Math.min(payloadLength, reader.remaining), 'payload'),
    payloadLength,
  };
}

function isExtension(protocol: number): boolean {
  return (
    protocol === Ipv6Extension.HOP_BY_HOP ||
    protocol === Ipv6Extension.ROUTING ||
    protocol === Ipv6Extension.AUTHENTICATION ||
    protocol === Ipv6Extension.DESTINATION
  );
}
