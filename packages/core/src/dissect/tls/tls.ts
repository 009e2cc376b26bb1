/**
 * TLS records (RFC 8446, RFC 5246): the handshake, and with the keys of the connection what is encrypted.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import type { Side } from '../conversation.js';
import type { SideContext, StreamProtocol } from '../protocols/protocol.js';
import { ProtocolError, StreamEnd, type Waiting } from '../protocols/stream-reader.js';
import { byteCount } from '../protocols/units.js';
import type { Moment } from '../tcp-flow.js';
import { TlsDecryption } from './decryption.js';
import { type Flight, type FlightKind, Flights, type Turns } from './flights.js';
import { describeClientHello, describeEncryptedExtensions, describeServerHello, isHelloRetryRequest } from './hello.js';
import type { TlsKeyLog } from './key-log.js';
import type { OpenedRecord } from './record-protection.js';
import { HandshakeType, RecordType, TLS_1_3 } from './wire.js';

const HANDSHAKE_NAMES: Readonly<Record<number, string>> = {
  0: 'HelloRequest',
  4: 'NewSessionTicket',
  5: 'EndOfEarlyData',
  11: 'Certificate',
  12: 'ServerKeyExchange',
  13: 'CertificateRequest',
  14: 'ServerHelloDone',
  15: 'CertificateVerify',
  16: 'ClientKeyExchange',
  20: 'Finished',
  22: 'CertificateStatus',
  24: 'KeyUpdate',
  25: 'CompressedCertificate',
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
const HEADER_LENGTH = 5;
const PLAIN_ALERT_LENGTH = 2;
const HANDSHAKE_HEADER_LENGTH = 4;
/** Behind the header and the version. */
const HELLO_RANDOM = { start: HANDSHAKE_HEADER_LENGTH + 2, length: 32 } as const;
const MAX_RECORD_LENGTH = 2 ** 14 + 2048;
const MAJOR_VERSION = 3;

/** What both sides must know of each other. */
export interface TlsState extends Turns {
  version: number | undefined;
  /** Whether the client has sent its last message of the handshake, and data may follow. */
  isClientFinished: boolean;
  /** Opens what is encrypted, where there are keys. */
  readonly decryption: TlsDecryption | undefined;
}

/** TLS of any version since SSL 3.0. */
export const tls: StreamProtocol = {
  name: 'tls',

  recognises({ client, server }) {
    return isTlsStart(client) || (client.byteLength === 0 && isTlsStart(server));
  },

  parsers({ client, server }, { reading }) {
    const state = newTlsState(reading?.tlsKeys);
    return { client: tlsSide(client, state), server: tlsSide(server, state) };
  },
};

/** What is known before the first record. */
export function newTlsState(keys: TlsKeyLog | undefined): TlsState {
  const decryption = keys?.isEmpty === false ? new TlsDecryption(keys) : undefined;
  return { turn: 0, lastSide: undefined, version: undefined, isClientFinished: false, decryption };
}

/** Whether `bytes` look like the first record of a connection. */
export function isTlsStart(bytes: Uint8Array): boolean {
  const isRecord = bytes[0] === RecordType.HANDSHAKE || bytes[0] === RecordType.ALERT;
  return bytes.byteLength >= HEADER_LENGTH && isRecord && bytes[1] === MAJOR_VERSION && (bytes[2] ?? 9) <= 4;
}

/** The messages of one side: each is a flight of records until the other side speaks. What was encrypted data is revealed. */
export function* tlsSide(context: SideContext, state: TlsState): Waiting<void> {
  const { input } = context;
  const flights = new Flights(context, state);
  const session: Session = { side: context.side, state, handshake: new Uint8Array(), isEncrypted: false };
  context.conceal();
  while (yield* input.hasMore()) {
    const { next: moment } = input;
    const header = Uint8Array.from(yield* input.peek(HEADER_LENGTH));
    const [type = 0, version, , high = 0, low = 0] = header;
    const length = (high << 8) | low;
    if (version !== MAJOR_VERSION || length > MAX_RECORD_LENGTH) throw new ProtocolError('Not a TLS record');
    flights.speak();
    const { decryption } = state;
    if (decryption?.canOpen(context.side, type) === true) {
      yield* encryptedRecord(context, { type, header, length, moment }, { flights, session, decryption });
    } else {
      const flight = flights.of(kindOf(type, session), decryption?.problemOf(context.side));
      yield* input.take(HEADER_LENGTH);
      const body = yield* input.take(length);
      addRecord(flight, { type, body }, session);
      if (decryption !== undefined && type === RecordType.HANDSHAKE) sealRandom(context, body, decryption);
      flights.progress();
    }
  }
  flights.finish();
}

interface Session {
  readonly side: Side;
  readonly state: TlsState;
  /** Handshake bytes of messages that go on in the next record. */
  handshake: Uint8Array;
  isEncrypted: boolean;
}

/** A record that is there to be read once all of it has come: what it holds is known only then. */
function* encryptedRecord(
  context: SideContext,
  { type, header, length, moment }: { type: number; header: Uint8Array; length: number; moment: Moment },
  { flights, session, decryption }: { flights: Flights; session: Session; decryption: TlsDecryption },
): Waiting<void> {
  const { input, side } = context;
  const size = HEADER_LENGTH + length;
  try {
    yield* input.peek(size);
  } catch (error) {
    if (!(error instanceof StreamEnd)) throw error;
    flights.finish();
    context.begin();
    const missing = `${input.available - HEADER_LENGTH} of ${byteCount(length)}`;
    context.draft({ protocol: 'tls', summary: `TLS record · ${missing}` });
    throw error;
  }
  const body = (yield* input.peek(size)).subarray(HEADER_LENGTH);
  const opened = decryption.open(side, { type, header, body });
  if (opened?.type === RecordType.APPLICATION_DATA) {
    flights.finish();
    yield* input.take(size);
    sealRecord(context, size, decryption);
    if (opened.body.byteLength > 0) context.reveal({ kind: 'data', bytes: opened.body }, moment);
    return;
  }
  if (opened === undefined) {
    // What follows inside cannot be put to what came before.
    context.reveal({ kind: 'gap', length }, moment);
    const flight = flights.of(kindOf(type, session), decryption.problemOf(side));
    yield* input.take(size);
    addRecord(flight, { type, body }, session);
  } else {
    const flight = flights.of(opened.type === RecordType.ALERT ? 'alert' : 'handshake');
    yield* input.take(size);
    sealRecord(context, size, decryption);
    addOpened(flight, opened, session);
  }
  flights.progress();
}

/** The record that was read last, `size` bytes with its header, was encrypted. */
function sealRecord(context: SideContext, size: number, { clientRandom }: TlsDecryption): void {
  const { position } = context.input;
  context.seal({ start: position - size, end: position, clientRandom });
}

/** Of the record that was read last, which holds `body`, the random bytes of a hello: keys are found by them and made of them. */
function sealRandom(context: SideContext, body: Uint8Array, { clientRandom }: TlsDecryption): void {
  const [message] = body;
  if (message !== HandshakeType.CLIENT_HELLO && message !== HandshakeType.SERVER_HELLO) return;
  const start = context.input.position - body.byteLength + HELLO_RANDOM.start;
  context.seal({ start, end: start + HELLO_RANDOM.length, clientRandom });
}

function kindOf(type: number, { side, state }: Session): FlightKind {
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

function addRecord(flight: Flight, { type, body }: OpenedRecord, session: Session): void {
  const { side, state } = session;
  if (type === RecordType.CHANGE_CIPHER_SPEC) {
    session.isEncrypted = true;
    state.decryption?.changeCipherSpec(side);
  } else if (type === RecordType.ALERT) flight.parts.push(alertText(body, session));
  else if (flight.kind === 'data') flight.dataBytes += body.byteLength;
  else if (type === RecordType.APPLICATION_DATA) {
    if (side === 'client') flight.parts.push('Finished');
  } else if (session.isEncrypted && state.version !== TLS_1_3) flight.parts.push('Finished');
  else addHandshake(flight, body, session);
}

/** A record of the handshake, or an alert, that was encrypted. */
function addOpened(flight: Flight, { type, body }: OpenedRecord, session: Session): void {
  const { side, state } = session;
  if (type === RecordType.ALERT) flight.parts.push(alertName(body));
  else if (type === RecordType.CHANGE_CIPHER_SPEC) state.decryption?.changeCipherSpec(side);
  else {
    addHandshake(flight, body, session, (message) => {
      state.decryption?.handshakeMessage(side, message);
      if (message === HandshakeType.FINISHED && side === 'client') state.isClientFinished = true;
    });
  }
}

/** Adds what the messages that end with `body` are, and says which. */
function addHandshake(
  flight: Flight,
  body: Uint8Array,
  session: Session,
  onMessage: (type: number) => void = () => {},
): void {
  let bytes: Uint8Array = Buffer.concat([session.handshake, body]);
  while (bytes.byteLength >= HANDSHAKE_HEADER_LENGTH) {
    const [type = 0, high = 0, middle = 0, low = 0] = bytes;
    const end = HANDSHAKE_HEADER_LENGTH + ((high << 16) | (middle << 8) | low);
    if (bytes.byteLength < end) break;
    flight.parts.push(handshakeText(type, bytes.subarray(HANDSHAKE_HEADER_LENGTH, end), session.state));
    onMessage(type);
    bytes = bytes.subarray(end);
  }
  session.handshake = bytes;
}

function handshakeText(type: number, bytes: Uint8Array, state: TlsState): string {
  const reader = new ByteReader({ subject: 'TLS handshake message', bytes, byteOrder: 'big' });
  if (type === HandshakeType.CLIENT_HELLO) {
    const hello = describeClientHello(reader);
    state.decryption?.clientHello(hello);
    return hello.text;
  }
  if (type === HandshakeType.ENCRYPTED_EXTENSIONS) return describeEncryptedExtensions(reader);
  if (type !== HandshakeType.SERVER_HELLO) return HANDSHAKE_NAMES[type] ?? `handshake message ${type}`;
  const hello = describeServerHello(reader);
  if (!isHelloRetryRequest(hello)) {
    state.version = hello.version;
    state.decryption?.serverHello(hello);
  }
  return hello.text;
}

function alertText(body: Uint8Array, { isEncrypted, state }: Session): string {
  const isPlain = body.byteLength === PLAIN_ALERT_LENGTH && !(isEncrypted && state.version !== TLS_1_3);
  return isPlain ? alertName(body) : 'alert (encrypted)';
}

function alertName([, description = 0]: Uint8Array): string {
  return `alert: ${ALERTS[description] ?? description}`;
}
