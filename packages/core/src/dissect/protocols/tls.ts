/**
 * TLS records and the part of the handshake that is not encrypted (RFC 8446, RFC 5246).
 */
import { ByteReader } from '../../pcap/byte-reader.js';
import type { Side } from '../conversation.js';
import type { MessageContent } from './message.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { ProtocolError, type Waiting } from './stream-reader.js';
import { describeClientHello, describeServerHello, isHelloRetryRequest, TLS_1_3 } from './tls-hello.js';
import { byteCount } from './units.js';

const RecordType = { CHANGE_CIPHER_SPEC: 20, ALERT: 21, HANDSHAKE: 22, APPLICATION_DATA: 23 } as const;
const HandshakeType = { CLIENT_HELLO: 1, SERVER_HELLO: 2 } as const;
const HANDSHAKE_NAMES: Readonly<Record<number, string>> = {
  0: 'HelloRequest',
  4: 'NewSessionTicket',
  11: 'Certificate',
  12: 'ServerKeyExchange',
  13: 'CertificateRequest',
  14: 'ServerHelloDone',
  15: 'CertificateVerify',
  16: 'ClientKeyExchange',
  20: 'Finished',
  22: 'CertificateStatus',
};
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close notify',
  10: 'unexpected message',
  20: 'bad record MAC',
  22: 'record overflow',
  40: 'handshake failure',
  42: 'bad certificate',
  43: 'unsupported certificate',
  44: 'certificate revoked',
  45: 'certificate expired',
  46: 'certificate unknown',
  47: 'illegal parameter',
  48: 'unknown CA',
  49: 'access denied',
  50: 'decode error',
  51: 'decrypt error',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
  86: 'inappropriate fallback',
  90: 'user canceled',
  109: 'missing extension',
  110: 'unsupported extension',
  112: 'unrecognized name',
  116: 'certificate required',
  120: 'no application protocol',
};
const CLOSE_NOTIFY = 0;
const PLAIN_ALERT_LENGTH = 2;
const HANDSHAKE_HEADER_LENGTH = 4;
const MAX_RECORD_LENGTH = 2 ** 14 + 2048;
const MAJOR_VERSION = 3;

/** What both sides must know of each other. */
export interface TlsState {
  /** Goes up whenever the other side begins to speak. */
  turn: number;
  lastSide: Side | undefined;
  version: number | undefined;
  /** Whether the client has sent its last message of the handshake, and data may follow. */
  isClientFinished: boolean;
}

/** TLS of any version since SSL 3.0. */
export const tls: StreamProtocol = {
  name: 'tls',

  recognises({ client, server }) {
    return isTlsStart(client) || (client.byteLength === 0 && isTlsStart(server));
  },

  parsers({ client, server }) {
    const state = newTlsState();
    return { client: tlsSide(client, state), server: tlsSide(server, state) };
  },
};

/** What is known before the first record. */
export function newTlsState(): TlsState {
  return { turn: 0, lastSide: undefined, version: undefined, isClientFinished: false };
}

/** Records of one kind that came in one go, told as one message. */
interface Flight {
  readonly kind: 'handshake' | 'data' | 'alert';
  readonly turn: number;
  /** What the handshake messages in it are. */
  readonly parts: string[];
  dataBytes: number;
}

/** The messages of one side: each is a flight of records until the other side speaks. */
export function* tlsSide(context: SideContext, state: TlsState): Waiting<void> {
  const { input, side } = context;
  const session: Session = { side, state, handshake: new Uint8Array(), isEncrypted: false };
  let flight: Flight | undefined;
  while (yield* input.hasMore()) {
    if (flight !== undefined && flight.turn !== state.turn) flight = finish(flight, context);
    const header = yield* input.peek(5);
    const type = header[0] ?? 0;
    const length = ((header[3] ?? 0) << 8) | (header[4] ?? 0);
    if (header[1] !== MAJOR_VERSION || length > MAX_RECORD_LENGTH) throw new ProtocolError('Not a TLS record');
    if (state.lastSide !== side) {
      state.lastSide = side;
      state.turn += 1;
    }
    const kind = kindOf(type, session);
    if (flight !== undefined && (flight.kind !== kind || flight.turn !== state.turn)) flight = finish(flight, context);
    if (flight === undefined) {
      context.begin();
      flight = { kind, turn: state.turn, parts: [], dataBytes: 0 };
    }
    context.draft(contentOf(flight));
    yield* input.take(header.byteLength);
    addRecord(flight, { type, body: yield* input.take(length) }, session);
    context.draft(contentOf(flight));
    if (kind === 'alert') flight = finish(flight, context);
  }
  if (flight !== undefined) finish(flight, context);
}

interface Session {
  readonly side: Side;
  readonly state: TlsState;
  /** Handshake bytes of messages that go on in the next record. */
  handshake: Uint8Array;
  isEncrypted: boolean;
}

function finish(flight: Flight, context: SideContext): undefined {
  const content = contentOf(flight);
  if (content.summary !== '') context.emit(content);
}

function isTlsStart(bytes: Uint8Array): boolean {
  const isRecord = bytes[0] === RecordType.HANDSHAKE || bytes[0] === RecordType.ALERT;
  return bytes.byteLength >= 5 && isRecord && bytes[1] === MAJOR_VERSION && (bytes[2] ?? 9) <= 4;
}

function kindOf(type: number, { side, state }: Session): Flight['kind'] {
  switch (type) {
    case RecordType.ALERT:
      return 'alert';
    case RecordType.HANDSHAKE:
    case RecordType.CHANGE_CIPHER_SPEC:
      return 'handshake';
    case RecordType.APPLICATION_DATA: {
      // TLS 1.3 hides the rest of its handshake in records of this type, until the client has had its last word.
      const isHandshake = state.version === TLS_1_3 && !state.isClientFinished;
      if (isHandshake && side === 'client') state.isClientFinished = true;
      return isHandshake ? 'handshake' : 'data';
    }
    default:
      throw new ProtocolError(`No TLS record has the type ${type}`);
  }
}

function addRecord(flight: Flight, { type, body }: { type: number; body: Uint8Array }, session: Session): void {
  if (type === RecordType.CHANGE_CIPHER_SPEC) session.isEncrypted = true;
  else if (type === RecordType.ALERT) flight.parts.push(alertText(body, session));
  else if (flight.kind === 'data') flight.dataBytes += body.byteLength;
  else if (type === RecordType.HANDSHAKE) addHandshake(flight, body, session);
  else if (session.side === 'client') flight.parts.push('Finished');
}

function addHandshake(flight: Flight, body: Uint8Array, session: Session): void {
  if (session.isEncrypted && session.state.version !== TLS_1_3) {
    flight.parts.push('Finished');
    return;
  }
  let bytes: Uint8Array = Buffer.concat([session.handshake, body]);
  while (bytes.byteLength >= HANDSHAKE_HEADER_LENGTH) {
    const length = ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    const end = HANDSHAKE_HEADER_LENGTH + length;
    if (bytes.byteLength < end) break;
    const message = bytes.subarray(HANDSHAKE_HEADER_LENGTH, end);
    flight.parts.push(handshakeText(bytes[0] ?? 0, message, session.state));
    bytes = bytes.subarray(end);
  }
  session.handshake = bytes;
}

function handshakeText(type: number, bytes: Uint8Array, state: TlsState): string {
  const reader = new ByteReader({ subject: 'TLS handshake message', bytes, byteOrder: 'big' });
  if (type === HandshakeType.CLIENT_HELLO) return describeClientHello(reader);
  if (type !== HandshakeType.SERVER_HELLO) return HANDSHAKE_NAMES[type] ?? `handshake message ${type}`;
  const hello = describeServerHello(reader);
  if (!isHelloRetryRequest(hello)) state.version = hello.version;
  return hello.text;
}

function alertText(body: Uint8Array, { isEncrypted, state }: Session): string {
  const isPlain = body.byteLength === PLAIN_ALERT_LENGTH && !(isEncrypted && state.version !== TLS_1_3);
  if (!isPlain) return 'alert (encrypted)';
  const [, description = 0] = body;
  return `alert: ${ALERTS[description] ?? description}`;
}

function contentOf({ kind, parts, dataBytes }: Flight): MessageContent {
  if (kind === 'data') return { protocol: 'tls', summary: `TLS data · ${byteCount(dataBytes)}` };
  const summary = parts.length === 0 ? '' : `TLS ${parts.join(', ')}`;
  const isBad =
    kind === 'alert' && parts.some((part) => part.includes(': ') && part !== `alert: ${ALERTS[CLOSE_NOTIFY]}`);
  return { protocol: 'tls', summary, ...(isBad ? { tone: 'bad' as const } : {}) };
}
