/**
 * ICMP (RFC 792) and ICMPv6 (RFC 4443): what routers and hosts say about packets.
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { CaptureError } from '../bytes/capture-error.js';
import { readIp } from './ip.js';

/** The packet that an error message is about. */
export interface QuotedPacket {
  /** As its header says; Samba's socket_wrapper puts the number of ICMPv6 there, whatever it quotes. */
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** An ICMP or ICMPv6 message. */
export interface IcmpMessage {
  readonly protocol: 'icmp' | 'icmpv6';
  readonly type: number;
  readonly code: number;
  /** In words: `port unreachable`, `echo request`. */
  readonly meaning: string;
  /** Of an error: the packet that caused it, if it was TCP or UDP and enough of it was quoted. */
  readonly quoted?: QuotedPacket;
}

const ICMP_UNREACHABLE = 3;
const ICMPV6_UNREACHABLE = 1;

const ICMP_MEANINGS: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  4: 'source quench',
  5: 'redirect',
  8: 'echo request',
  11: 'time exceeded',
  12: 'parameter problem',
};
const ICMP_UNREACHABLE_MEANINGS: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  9: 'network prohibited',
  10: 'host prohibited',
  13: 'communication prohibited',
};
const ICMPV6_MEANINGS: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  130: 'multicast listener query',
  131: 'multicast listener report',
  132: 'multicast listener done',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbor solicitation',
  136: 'neighbor advertisement',
  143: 'multicast listener report',
};
const ICMPV6_UNREACHABLE_MEANINGS: Readonly<Record<number, string>> = {
  0: 'no route',
  1: 'communication prohibited',
  3: 'address unreachable',
  4: 'port unreachable',
};
/** Types whose messages quote the packet they are about. */
const ICMP_ERRORS: readonly number[] = [3, 4, 5, 11, 12];
const ICMPV6_FIRST_INFORMATIONAL = 128;
const REST_OF_HEADER_LENGTH = 4;

/**
 * The message in an IP payload.
 *
 * @throws {CaptureError} `BAD_LENGTH` when its header is cut.
 */
export function readIcmp(bytes: Uint8Array, protocol: 'icmp' | 'icmpv6'): IcmpMessage {
  const reader = new ByteReader({ subject: 'ICMP header', bytes, byteOrder: 'big' });
  const type = reader.u8('type');
  const code = reader.u8('code');
  reader.u16('checksum');
  reader.take(REST_OF_HEADER_LENGTH, 'rest of the header');
  const isError = protocol === 'icmp' ? ICMP_ERRORS.includes(type) : type < ICMPV6_FIRST_INFORMATIONAL;
  const quoted = isError ? quotedPacket(reader.rest()) : undefined;
  return {
    protocol,
    type,
    code,
    meaning: meaningOf(protocol, type, code),
    ...(quoted === undefined ? {} : { quoted }),
  };
}

function meaningOf(protocol: 'icmp' | 'icmpv6', type: number, code: number): string {
  const isUnreachable = type === (protocol === 'icmp' ? ICMP_UNREACHABLE : ICMPV6_UNREACHABLE);
  const reasons = protocol === 'icmp' ? ICMP_UNREACHABLE_MEANINGS : ICMPV6_UNREACHABLE_MEANINGS;
  const meanings = protocol === 'icmp' ? ICMP_MEANINGS : ICMPV6_MEANINGS;
  const reason = isUnreachable ? reasons[code] : undefined;
  return reason ?? meanings[type] ?? `${protocol === 'icmp' ? 'ICMP' : 'ICMPv6'} type ${type} code ${code}`;
}

function quotedPacket(bytes: Uint8Array): QuotedPacket | undefined {
  try {
    const { protocol, source, destination, payload } = readIp(bytes);
    const reader = new ByteReader({ subject: 'quoted packet', bytes: payload, byteOrder: 'big' });
    const ports = { sourcePort: reader.u16('source port'), destinationPort: reader.u16('destination port') };
    return { protocol, source, destination, ...ports };
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
}
