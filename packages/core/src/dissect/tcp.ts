import { ByteReader } from '../bytes/byte-reader.js';
import { CaptureError } from '../bytes/capture-error.js';

/** What a segment's flags say (RFC 9293 §3.1). */
export interface TcpFlags {
  readonly fin: boolean;
  readonly syn: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly ack: boolean;
  readonly urg: boolean;
  readonly ece: boolean;
  readonly cwr: boolean;
}

/** A TCP segment. */
export interface TcpSegment {
  readonly protocol: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: TcpFlags;
  readonly window: number;
  /** The options as they are, padding included. */
  readonly options: Uint8Array;
  /** What was recorded of the data. */
  readonly payload: Uint8Array;
  /** How much data the segment carries, which may be more than was recorded. */
  readonly payloadLength: number;
}

const MIN_HEADER_LENGTH = 20;

/**
 * The TCP segment in an IP payload of which `bytes` were recorded and `length` were sent.
 *
 * @throws {CaptureError} `BAD_LENGTH` when the header is cut or says that it is too short.
 */
export function readTcp(bytes: Uint8Array, length: number): TcpSegment {
  const reader = new ByteReader({ subject: 'TCP header', bytes, byteOrder: 'big' });
  const sourcePort = reader.u16('source port');
  const destinationPort = reader.u16('destination port');
  const sequence = reader.u32('sequence number');
  const acknowledgment = reader.u32('acknowledgment number');
  const headerLength = (reader.u8('header length') >> 4) * 4;
  const flags = flagsOf(reader.u8('flags'));
  const window = reader.u16('window');
  reader.u16('checksum');
  reader.u16('urgent pointer');
  if (headerLength < MIN_HEADER_LENGTH) {
    throw new CaptureError('BAD_LENGTH', `Cannot read a TCP header of ${headerLength} bytes`, { offset: 0 });
  }
  const options = reader.take(headerLength - MIN_HEADER_LENGTH, 'options');
  const payload = reader.rest();
  return {
    protocol: 'tcp',
    sourcePort,
    destinationPort,
    sequence,
    acknowledgment,
    flags,
    window,
    options,
    payload,
    payloadLength: Math.max(payload.byteLength, length - headerLength),
  };
}

function flagsOf(byte: number): TcpFlags {
  const has = (bit: number) => (byte & (1 << bit)) !== 0;
  return { fin: has(0), syn: has(1), rst: has(2), psh: has(3), ack: has(4), urg: has(5), ece: has(6), cwr: has(7) };
}
