/**
 * Packets of MySQL's protocol, and the numbers in them.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import type { Body, StreamReader, Waiting } from './stream-reader.js';

/** One packet: it may have come in several parts, when it is longer than 16 MiB. */
export interface MySqlPacket {
  /** Counts the packets of a command and of its answer from 0. */
  readonly sequence: number;
  readonly body: Body;
}

const HEADER_LENGTH = 4;
const MAX_PART_LENGTH = 0xff_ffff;
const PROTOCOL_VERSION = 10;
const MAX_GREETING_LENGTH = 512;
/** Behind the header: capabilities, limit, character set; what follows is 0 in all clients. */
const LOGIN_ZEROS = { start: HEADER_LENGTH + 9, length: 19 } as const;
const PROTOCOL_41 = 1 << 9;

/** The next packet. */
export function* mysqlPacket(input: StreamReader): Waiting<MySqlPacket> {
  let body: Body = { length: 0, head: new Uint8Array() };
  for (;;) {
    const [low = 0, middle = 0, high = 0, sequence = 0] = yield* input.take(HEADER_LENGTH);
    const length = low | (middle << 8) | (high << 16);
    const part = yield* input.body(length);
    body = body.length === 0 ? part : { length: body.length + part.length, head: body.head };
    if (length < MAX_PART_LENGTH) return { sequence, body };
  }
}

/** Reads what is kept of a packet; numbers are little-endian. */
export function readerOf({ head }: Body): ByteReader {
  return new ByteReader({ subject: 'MySQL packet', bytes: head, byteOrder: 'little' });
}

/** A number that says itself how long it is; `undefined` stands for NULL. */
export function packedNumber(reader: ByteReader): number | undefined {
  const first = reader.u8('number');
  switch (first) {
    case 0xfb:
      return undefined;
    case 0xfc:
      return reader.u16('number');
    case 0xfd:
      return reader.u16('number') | (reader.u8('number') << 16);
    case 0xfe:
      return Number(reader.u64('number'));
    default:
      return first;
  }
}

/** Whether a server begins with `bytes`: the greeting of protocol version 10 with the server's version. */
export function isMySqlGreeting(bytes: Uint8Array): boolean {
  const [low = 0, middle = 0, high = 0, sequence, protocol] = bytes;
  const length = low | (middle << 8) | (high << 16);
  if (high !== 0 || length > MAX_GREETING_LENGTH || sequence !== 0 || protocol !== PROTOCOL_VERSION) return false;
  const end = bytes.indexOf(0, HEADER_LENGTH + 1);
  const version = Buffer.from(bytes.subarray(HEADER_LENGTH + 1, Math.max(0, end))).toString('latin1');
  return /^\d+\.\d+[\x20-\x7e]*$/.test(version) && length >= version.length + 30;
}

/** Whether a client begins with `bytes`, as it does inside TLS: the login. */
export function isLogin(bytes: Uint8Array): boolean {
  const [, , high, sequence = 0] = bytes;
  if (high !== 0 || sequence < 1 || sequence > 2 || bytes.byteLength < LOGIN_ZEROS.start + LOGIN_ZEROS.length)
    return false;
  const hasZeros = bytes
    .subarray(LOGIN_ZEROS.start, LOGIN_ZEROS.start + LOGIN_ZEROS.length)
    .every((byte) => byte === 0);
  return hasZeros && ((bytes[HEADER_LENGTH + 1] ?? 0) & (PROTOCOL_41 >> 8)) !== 0;
}
