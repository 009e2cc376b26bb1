/**
 * PostgreSQL's frontend/backend protocol, version 3 (https://www.postgresql.org/docs/current/protocol.html).
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { newTlsState, type TlsState, tlsSide } from '../tls/tls.js';
import type { MessageContent } from './message.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { BODY_HEAD_LENGTH, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount, plural } from './units.js';

/** The numbers that take the place of a version in the first message (§55.7). */
const StartCode = { VERSION_3_MAJOR: 3, CANCEL: 80877102, SSL: 80877103, GSS: 80877104 } as const;
const ACCEPTS_TLS = 'S';
const MAX_START_LENGTH = 10_000;
const LENGTH_SIZE = 4;

/** What both sides must know of each other. */
interface Session {
  /** Whether the client waits for the answer to a request for encryption. */
  encryption: 'none' | 'asked' | 'tls';
  readonly tls: TlsState;
}

/** A message with its first byte, and the start of its body. */
interface TypedMessage {
  readonly type: string;
  readonly body: ByteReader;
  readonly length: number;
}

/** PostgreSQL. */
export const postgres: StreamProtocol = {
  name: 'postgres',

  recognises({ client }) {
    if (client.byteLength < 8) return false;
    const view = new DataView(client.buffer, client.byteOffset, client.byteLength);
    const length = view.getUint32(0);
    const code = view.getUint32(4);
    const isRequest = length === 8 && (code === StartCode.SSL || code === StartCode.GSS);
    const isCancel = length === 16 && code === StartCode.CANCEL;
    const isStartup = code >>> 16 === StartCode.VERSION_3_MAJOR && length > 8 && length < MAX_START_LENGTH;
    return isRequest || isCancel || isStartup;
  },

  parsers({ client, server }, { reading }) {
    const session: Session = { encryption: 'none', tls: newTlsState(reading?.tlsKeys) };
    return { client: frontend(client, session), server: backend(server, session) };
  },
};

function* frontend(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  for (;;) {
    if (!(yield* input.hasMore())) return;
    context.begin();
    const length = yield* input.number(4);
    if (length < 8 || length > MAX_START_LENGTH) throw new ProtocolError('Not a startup message');
    const bytes = yield* input.take(length - LENGTH_SIZE);
    const body = new ByteReader({ subject: 'startup message', bytes, byteOrder: 'big' });
    const code = body.u32('version');
    if (code === StartCode.CANCEL) {
      context.emit({ protocol: 'postgres', summary: 'cancel request' });
      return;
    }
    if (code !== StartCode.SSL && code !== StartCode.GSS) {
      context.emit({ protocol: 'postgres', role: 'request', summary: `startup ${parametersIn(body)}`.trim() });
      break;
    }
    session.encryption = 'asked';
    const what = code === StartCode.SSL ? 'TLS' : 'GSSAPI';
    context.emit({ protocol: 'postgres', role: 'request', summary: `asks for ${what}` });
    while (session.encryption === 'asked') {
      if (input.isOver) return;
      yield;
    }
    if (session.encryption === 'tls') return yield* tlsSide(context, session.tls);
  }
  while (yield* input.hasMore()) yield* frontendFlight(context);
}

/** What the client sends up to a Sync or a simple query: the five messages of an extended query are one request. */
function* frontendFlight(context: SideContext): Waiting<void> {
  const parts: string[] = [];
  context.begin();
  for (;;) {
    const { type, body, length } = yield* typedMessage(context);
    const part = frontendPart(type, body, length);
    if (part !== '') parts.push(part);
    const content: MessageContent = { protocol: 'postgres', role: 'request', summary: parts.join(', ') };
    context.draft(content);
    const isEnd =
      type === 'Q' || type === 'S' || type === 'X' || type === 'p' || type === 'd' || type === 'c' || type === 'f';
    if (!isEnd && type !== 'H') continue;
    const isQuestion = type === 'Q' || type === 'S' || type === 'p';
    if (parts.length > 0) context.emit(isQuestion ? content : { protocol: 'postgres', summary: content.summary });
    return;
  }
}

function frontendPart(type: string, body: ByteReader, length: number): string {
  switch (type) {
    case 'Q':
      return `query ${textIn(body)}`;
    case 'P': {
      const name = textIn(body);
      return `parse${name === '' ? '' : ` ${name}`} ${textIn(body)}`;
    }
    case 'B':
      return 'bind';
    case 'E':
      return 'execute';
    case 'C':
      return 'close';
    case 'p':
      return '(credentials)';
    case 'd':
      return `copy data · ${byteCount(length)}`;
    case 'c':
      return 'copy done';
    case 'f':
      return `copy failed: ${textIn(body)}`;
    case 'X':
      return 'terminate';
    case 'D': // Describe, Sync and Flush say nothing of their own.
    case 'S':
    case 'H':
      return '';
    default:
      throw new ProtocolError(`No message of the client has the type ${type}`);
  }
}

function* backend(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    if (session.encryption === 'asked') {
      context.begin();
      const answer = String.fromCharCode(yield* input.number(1));
      const accepts = answer === ACCEPTS_TLS;
      session.encryption = accepts ? 'tls' : 'none';
      context.emit({ protocol: 'postgres', role: 'answer', summary: accepts ? 'accepts TLS' : 'declines encryption' });
      if (accepts) return yield* tlsSide(context, session.tls);
      continue;
    }
    yield* backendFlight(context);
  }
}

/** What the server sends until it is ready for the next query, or wants something. */
function* backendFlight(context: SideContext): Waiting<void> {
  const parts: string[] = [];
  let rows = 0;
  let isBad = false;
  context.begin();
  for (;;) {
    const { type, body } = yield* typedMessage(context);
    if (type === 'D') rows += 1;
    if (type === 'E') isBad = true;
    const part = backendPart(type, body, rows);
    if (part !== '' && !(type === 'Z' && parts.length > 0)) parts.push(part);
    if (type === 'C') rows = 0;
    const summary = parts.length === 0 && rows > 0 ? plural(rows, 'row') : parts.join(', ');
    const content: MessageContent = {
      protocol: 'postgres',
      role: 'answer',
      summary,
      ...(isBad ? { tone: 'bad' } : {}),
    };
    context.draft(content);
    const isEnd =
      type === 'Z' || (type === 'R' && part !== '') || type === 'G' || type === 'H' || type === 'A' || type === 'N';
    // A server that gives up closes without saying that it is ready.
    const isLast = isEnd || (type === 'E' && !(yield* context.input.hasMore()));
    if (!isLast) continue;
    if (parts.length > 0) context.emit(content);
    return;
  }
}

function backendPart(type: string, body: ByteReader, rows: number): string {
  switch (type) {
    case 'R':
      return authentication(body.u32('kind'));
    case 'C': {
      const tag = textIn(body);
      return rows > 0 && !tag.startsWith('SELECT') ? `${tag}, ${plural(rows, 'row')}` : tag;
    }
    case 'E':
      return `error ${fieldsOfError(body)}`;
    case 'N':
      return `notice ${fieldsOfError(body)}`;
    case 'A':
      body.u32('process ID');
      return `notification on ${textIn(body)}`;
    case 'Z':
      return rows === 0 ? 'ready' : '';
    case 'G':
      return 'wants copy data';
    case 'H':
      return 'sends copy data';
    case 'I':
      return 'empty query';
    case 's':
      return 'suspended';
    default:
      if ('123DKStTndcvVW'.includes(type)) return '';
      throw new ProtocolError(`No message of the server has the type ${type}`);
  }
}

function authentication(kind: number): string {
  if (kind === 0) return '';
  const methods: Readonly<Record<number, string>> = {
    3: 'a password',
    5: 'an MD5 password',
    7: 'GSSAPI',
    9: 'SSPI',
    10: 'SCRAM',
  };
  if (kind === 11) return 'SCRAM continues';
  if (kind === 12) return '';
  return `wants ${methods[kind] ?? `authentication ${kind}`}`;
}

/** `42P01 relation "users" does not exist`. */
function fieldsOfError(body: ByteReader): string {
  const fields = new Map<string, string>();
  while (body.remaining > 1) {
    const code = String.fromCharCode(body.u8('field'));
    fields.set(code, textIn(body));
  }
  return `${fields.get('C') ?? ''} ${fields.get('M') ?? ''}`.trim();
}

function parametersIn(body: ByteReader): string {
  const pairs: string[] = [];
  while (body.remaining > 1) {
    const name = textIn(body);
    const value = textIn(body);
    if (name === 'user' || name === 'database') pairs.push(`${name}=${value}`);
  }
  return pairs.join(' ');
}

function* typedMessage({ input }: SideContext): Waiting<TypedMessage> {
  const type = String.fromCharCode(yield* input.number(1));
  const length = (yield* input.number(4)) - LENGTH_SIZE;
  if (length < 0) throw new ProtocolError(`A message cannot have ${length} bytes`);
  const { head } = yield* input.body(length);
  const body = new ByteReader({ subject: 'PostgreSQL message', bytes: head, byteOrder: 'big' });
  return { type, body, length };
}

/** Text up to its NUL; when the message was longer than what is kept, all there is. */
function textIn(body: ByteReader): string {
  const bytes: number[] = [];
  while (body.remaining > 0 && bytes.length < BODY_HEAD_LENGTH) {
    const byte = body.u8('text');
    if (byte === 0) break;
    bytes.push(byte);
  }
  return Buffer.from(bytes).toString('utf8').replaceAll(/\s+/g, ' ');
}
