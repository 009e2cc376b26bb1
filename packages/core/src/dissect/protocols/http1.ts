/**
 * HTTP/1.0 and 1.1 (RFC 9112).
 */
import type { ContentRedaction } from '../conversation.js';
import { isTlsStart, newTlsState, type TlsState, tlsSide } from '../tls/tls.js';
import { excerptOfCoded } from './content-coding.js';
import type { MessageContent } from './message.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { rawSide } from './raw.js';
import { BODY_HEAD_LENGTH, type Body, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount } from './units.js';
import { websocketSide } from './websocket.js';

const REQUEST_LINE = /^([A-Z][A-Z-]*) (\S+) HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/;
const REQUEST_START =
  /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|REPORT|MKCOL|COPY|MOVE|LOCK|UNLOCK|M-SEARCH|NOTIFY|SUBSCRIBE|PURGE|QUERY) \S/;
const STATUS_START = /^HTTP\/1\.[01] \d{3}/;
const MAX_HEADERS = 1000;
/** A header that was redacted with its name. */
const REDACTED = /^x+$/;
const NOTHING: Body = { length: 0, head: new Uint8Array() };

type Headers = ReadonlyMap<string, string>;

/** What comes before a body. */
interface MessageHead {
  readonly content: MessageContent;
  readonly headers: Headers;
  readonly redaction: ContentRedaction | undefined;
}

/** What both sides must know of each other. */
interface Exchange {
  /** The methods of requests that were not answered yet. */
  readonly methods: string[];
  /** What the connection turned into; until the answer is there, `'?'` while the client asked for it. */
  tunnel: 'none' | '?' | 'websocket' | 'raw';
  /** For what goes through a proxy. */
  readonly tls: TlsState;
  /** For what nobody could look for before it was unpacked. */
  readonly redaction: ContentRedaction | undefined;
}

/** HTTP/1, and WebSocket once a connection was upgraded to it. */
export const http1: StreamProtocol = {
  name: 'http',

  recognises({ client, server }) {
    return REQUEST_START.test(latin1(client)) || (client.byteLength === 0 && STATUS_START.test(latin1(server)));
  },

  parsers({ client, server }, { reading }) {
    const exchange: Exchange = {
      methods: [],
      tunnel: 'none',
      tls: newTlsState(reading?.tlsKeys),
      redaction: reading?.redaction,
    };
    return { client: requests(client, exchange), server: answers(server, exchange) };
  },
};

function* requests(context: SideContext, exchange: Exchange): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const line = yield* firstLine(context);
    const [, method, target] = REQUEST_LINE.exec(line) ?? notHttp(line);
    const content: MessageContent = { protocol: 'http', role: 'request', summary: `${method} ${target}` };
    context.draft(content);
    const headers = yield* readHeaders(context);
    exchange.methods.push(method ?? '');
    const asksForTunnel = headers.has('upgrade') || method === 'CONNECT';
    if (asksForTunnel) exchange.tunnel = '?';

    const head = { content, headers, redaction: exchange.redaction };
    context.emit(withBody(head, yield* readBody(context, head, 0)));
    // What the client sends behind this is of the new protocol only if the server agrees to it.
    if (asksForTunnel && !(yield* isAnswered(exchange, context))) return;
    if (exchange.tunnel !== 'none') return yield* tunnelled(context, exchange);
  }
}

function* answers(context: SideContext, exchange: Exchange): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const line = yield* firstLine(context);
    const [, code, reason] = STATUS_LINE.exec(line) ?? notHttp(line);
    const status = Number(code);
    const tone = status >= 400 ? 'bad' : status >= 200 && status < 300 ? 'good' : undefined;
    const summary = `${code} ${reason ?? ''}`.trimEnd();
    const content: MessageContent = {
      protocol: 'http',
      role: 'answer',
      summary,
      ...(tone === undefined ? {} : { tone }),
    };
    context.draft(content);
    const headers = yield* readHeaders(context);
    const isInterim = status >= 100 && status < 200 && status !== 101;
    const method = isInterim ? undefined : exchange.methods.shift();
    const isConnected = method === 'CONNECT' && status >= 200 && status < 300;
    const hasNoBody = status < 200 || status === 204 || status === 304 || method === 'HEAD' || isConnected;

    const head = { content, headers, redaction: exchange.redaction };
    const body = hasNoBody ? NOTHING : yield* readBody(context, head, Number.POSITIVE_INFINITY);
    context.emit(withBody(head, body));
    if (status === 101) exchange.tunnel = headers.get('upgrade')?.toLowerCase() === 'websocket' ? 'websocket' : 'raw';
    else if (isConnected) exchange.tunnel = 'raw';
    else if (!isInterim && exchange.tunnel === '?') exchange.tunnel = 'none';
    if (exchange.tunnel === 'websocket' || exchange.tunnel === 'raw') return yield* tunnelled(context, exchange);
  }
}

function* tunnelled(context: SideContext, { tunnel, tls }: Exchange): Waiting<void> {
  if (tunnel === 'websocket') return yield* websocketSide(context);
  const isTls = (yield* context.input.hasMore()) && isTlsStart(context.input.waiting);
  yield* isTls ? tlsSide(context, tls) : rawSide(context);
}

/** Waits until the answer to an upgrade is there; `false` when the stream ended before it. */
function* isAnswered(exchange: Exchange, { input }: SideContext): Waiting<boolean> {
  while (exchange.tunnel === '?') {
    if (input.isOver) return false;
    yield;
  }
  return true;
}

function* firstLine({ input }: SideContext): Waiting<string> {
  for (;;) {
    const line = yield* input.line();
    if (line !== '') return line;
  }
}

function* readHeaders({ input }: SideContext): Waiting<Headers> {
  const headers = new Map<string, string>();
  for (let count = 0; count < MAX_HEADERS; count += 1) {
    const line = yield* input.line();
    if (line === '') return headers;
    if (REDACTED.test(line)) continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw new ProtocolError(`Not a header: ${line}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  throw new ProtocolError('No message has so many headers');
}

function* readBody(context: SideContext, head: MessageHead, lengthUnlessTold: number): Waiting<Body> {
  const { headers } = head;
  const onProgress = (body: Body, length?: number) => context.draft(() => withBody(head, body, length));
  if (/\bchunked$/i.test(headers.get('transfer-encoding') ?? '')) return yield* readChunks(context, onProgress);
  const told = headers.get('content-length');
  if (told === undefined) return yield* context.input.body(lengthUnlessTold, (body) => onProgress(body));
  if (!/^\d+$/.test(told)) throw new ProtocolError(`Not a length: ${told}`);
  return yield* context.input.body(Number(told), (body) => onProgress(body, Number(told)));
}

function* readChunks({ input }: SideContext, onProgress: (body: Body) => void): Waiting<Body> {
  let all = NOTHING;
  for (;;) {
    onProgress(all);
    const line = yield* input.line();
    const size = /^[0-9a-f]+/i.exec(line)?.[0];
    if (size === undefined) throw new ProtocolError(`Not a chunk: ${line}`);
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    const before = all;
    all = together(before, yield* input.body(length, (part) => onProgress(together(before, part))));
    yield* input.line();
  }
  while ((yield* input.line()) !== '');
  return all;
}

function together(a: Body, b: Body): Body {
  const head = Buffer.concat([a.head, b.head]).subarray(0, BODY_HEAD_LENGTH);
  return { length: a.length + b.length, head };
}

function withBody({ content, headers, redaction }: MessageHead, body: Body, announced = body.length): MessageContent {
  if (body.length === 0 && announced === 0) return content;
  const type = headers.get('content-type')?.split(';')[0];
  const encoding = headers.get('content-encoding');
  const size = announced === body.length ? byteCount(body.length) : `${body.length} of ${byteCount(announced)}`;
  const summary = [content.summary, type, encoding, size].filter((part) => part !== undefined).join(' · ');
  return { ...content, summary, ...excerptOfCoded(body, encoding, redaction) };
}

function notHttp(line: string): never {
  throw new ProtocolError(`Neither a request nor an answer: ${line}`);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
