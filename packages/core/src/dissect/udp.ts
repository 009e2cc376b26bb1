import { ByteReader } from '../bytes/byte-reader.js';

/** A UDP datagram (RFC 768). */
export interface UdpDatagram {
  readonly protocol: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** What was recorded of the data. */
  readonly payload: Uint8Array;
  /** How much data the datagram carries, which may be more than was recorded. */
  readonly payloadLength: number;
}

const HEADER_LENGTH = 8;

/**
 * The UDP datagram in an IP payload.
 *
 * @throws {CaptureError} `BAD_LENGTH` when the header is cut.
 */
export function readUdp(bytes: Uint8Array): UdpDatagram {
  const reader = new ByteReader({ subject: 'UDP header', bytes, byteOrder: 'big' });
  const sourcePort = reader.u16('source port');
  const destinationPort = reader.u16('destination port');
  const length = reader.u16('length');
  reader.u16('checksum');
  // 0 stands for a datagram too long to be told in 16 bits (RFC 2675 §4).
  const payloadLength = length === 0 ? reader.remaining : Math.max(0, length - HEADER_LENGTH);
  const payload = reader.take(Math.min(payloadLength, reader.remaining), 'data');
  return { protocol: 'udp', sourcePort, destinationPort, payload, payloadLength };
}
