/**
 * HTTP/2 (RFC 9113), and the calls of gRPC in it.
 */
import type { ContentRedaction, Side } from '../conversation.js';
import type { Moment } from '../tcp-flow.js';
import { excerptOfCoded } from './content-coding.js';
import { type HeaderField, HpackDecoder } from './hpack.js';
import { Flag, FRAME_HEADER_LENGTH, FrameType, firstFrameIn, RESYNC_LENGTH, STREAM_ID_MASK } from './http2-frames.js';
import type { MessageContent } from './message.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { BODY_HEAD_LENGTH, type Body, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount } from './units.js';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const PRIORITY_LENGTH = 5;
const NOTHING: Body = { length: 0, head: new Uint8Array() };
const MAX_HEADER_BLOCK = 1024 * 1024;
const ERRORS = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** By their numbers (https://grpc.io/docs/guides/status-codes/). */
const GRPC_STATUS = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** HTTP/2, and gRPC on top of it. */
export const http2: StreamProtocol = {
  name: 'http2',
  recognises: ({ client }) =>
    client.byteLength > 0 && Buffer.from(client).toString('latin1').startsWith(PREFACE.slice(0, 24)),
  parsers: ({ client, server }, { reading }) => ({
    client: wholeSide(client, reading?.redaction),
    server: wholeSide(server, reading?.redaction),
  }),
};

/**
 * HTTP/2 of a connection whose beginning is missing, as in the last part of a long recording: known by its frames.
 *
 * Headers are packed by what was said before, so some of their names and values are unknown.
 */
export const http2Rest: StreamProtocol = {
  name: 'http2',
  recognises: ({ client, server, isBeginMissing }) =>
    isBeginMissing && [client, server].some((bytes) => firstFrameIn(bytes, { isAll: false }) !== undefined),
  parsers: ({ client, server }, { reading }) => ({
    client: restOfSide(client, reading?.redaction),
    server: restOfSide(server, reading?.redaction),
  }),
};

/** A request or an answer that is still coming. */
interface OpenMessage {
  readonly moment: Moment;
  bytes: number;
  content: MessageContent;
  readonly headers: ReadonlyMap<string, string>;
  body: Body;
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
  /** The frame's bytes on the wire, and when the first of them came. */
  readonly moment: Moment;
  readonly bytes: number;
}

function* wholeSide(context: SideContext, redaction: ContentRedaction | undefined): Waiting<void> {
  if (context.side === 'client') yield* context.input.take(PREFACE.length);
  yield* frames(context, { messages: new Map(), hpack: new HpackDecoder(), redaction, isBeginMissing: false });
}

function* restOfSide(context: SideContext, redaction: ContentRedaction | undefined): Waiting<void> {
  const { input } = context;
  if (!(yield* input.hasMore())) return;
  let first = firstFrameIn(input.waiting, { isAll: input.isOver });
  while (first === undefined) {
    if (input.isOver || input.available > RESYNC_LENGTH) throw new ProtocolError('There are no frames');
    yield;
    first = firstFrameIn(input.waiting, { isAll: input.isOver });
  }
  if (first > 0) {
    context.begin();
    yield* input.take(first);
    context.emit({ protocol: 'http2', summary: `ends a frame whose beginning is missing · ${byteCount(first)}` });
  }
  const hpack = new HpackDecoder({ isBeginMissing: true });
  yield* frames(context, { messages: new Map(), hpack, redaction, isBeginMissing: true });
}

function* frames(context: SideContext, streams: Streams): Waiting<void> {
  const { input } = context;
  try {
    while (yield* input.hasMore()) {
      const frame = yield* readFrame(context);
      switch (frame.type) {
        case FrameType.HEADERS:
          yield* onHeaders(context, frame, streams);
          break;
        case FrameType.PUSH_PROMISE:
          throw new ProtocolError('Pushed streams are not told');
        case FrameType.DATA:
          onData(context, frame, streams);
          break;
        case FrameType.RST_STREAM:
          onReset(context, frame, streams);
          break;
        case FrameType.GOAWAY:
          onGoAway(context, frame);
          break;
      }
    }
  } finally {
    for (const stream of streams.messages.keys()) finish(context, streams, { stream, isComplete: false });
  }
}

function* readFrame({ input }: SideContext): Waiting<Frame> {
  yield* input.peek(1);
  const moment = input.next;
  const length = yield* input.number(3);
  const type = yield* input.number(1);
  const flags = yield* input.number(1);
  const stream = (yield* input.number(4)) % (STREAM_ID_MASK + 1);
  if (type === FrameType.SETTINGS && stream !== 0) throw new ProtocolError('Settings are not of one stream');
  const payload = yield* input.take(length);
  return { type, flags, stream, payload, moment, bytes: FRAME_HEADER_LENGTH + length };
}

interface Streams {
  readonly messages: Map<number, OpenMessage>;
  readonly hpack: HpackDecoder;
  readonly redaction: ContentRedaction | undefined;
  /** Whether streams may go on here whose headers are missing. */
  readonly isBeginMissing: boolean;
}

function* onHeaders(context: SideContext, frame: Frame, streams: Streams): Waiting<void> {
  const { messages, hpack } = streams;
  const { stream, moment, flags } = frame;
  let block = withoutPadding(frame);
  if ((flags & Flag.PRIORITY) !== 0) block = block.subarray(PRIORITY_LENGTH);
  let isWhole = (flags & Flag.END_HEADERS) !== 0;
  let { bytes } = frame;
  while (!isWhole) {
    const next = yield* readFrame(context);
    if (next.type !== FrameType.CONTINUATION) throw new ProtocolError('Headers must go on without a break');
    block = Buffer.concat([block, next.payload]);
    if (block.byteLength > MAX_HEADER_BLOCK) throw new ProtocolError('No headers are this long');
    bytes += next.bytes;
    isWhole = (next.flags & Flag.END_HEADERS) !== 0;
  }

  const fields = hpack.decode(block);
  const before = messages.get(stream) ?? (isTrailers(fields) ? restOfMessage(frame, streams) : undefined);
  if (before === undefined) messages.set(stream, openMessage({ fields, stream, moment, bytes, side: context.side }));
  else addTrailers(before, fields, bytes);
  const isInterim = /^1\d\d$/.test(new Map(fields).get(':status') ?? '');
  if ((flags & Flag.END_STREAM) === 0 && !isInterim) return;
  finish(context, streams, { stream, isComplete: true });
}

function onData(context: SideContext, frame: Frame, streams: Streams): void {
  const message = streams.messages.get(frame.stream) ?? restOfMessage(frame, streams);
  if (message === undefined) return;
  const data = withoutPadding(frame);
  const head = Buffer.concat([message.body.head, data]).subarray(0, BODY_HEAD_LENGTH);
  message.body = { length: message.body.length + data.byteLength, head };
  message.bytes += frame.bytes;
  if ((frame.flags & Flag.END_STREAM) === 0) return;
  finish(context, streams, { stream: frame.stream, isComplete: true });
}

function onReset(context: SideContext, frame: Frame, streams: Streams): void {
  finish(context, streams, { stream: frame.stream, isComplete: false });
  const code = errorName(frame.payload, 0);
  const tone = code === 'NO_ERROR' ? {} : { tone: 'bad' as const };
  const content: MessageContent = { protocol: 'http2', summary: `resets stream ${frame.stream}: ${code}`, ...tone };
  context.emitFrom(frame, content, true);
}

function onGoAway(context: SideContext, frame: Frame): void {
  const code = errorName(frame.payload, 4);
  // Without an error it says no more than the close that follows.
  if (code === 'NO_ERROR') return;
  context.emitFrom(frame, { protocol: 'http2', summary: `goes away: ${code}`, tone: 'bad' }, true);
}

/** The message that data belongs to whose headers are missing; `undefined` when data needs headers. */
function restOfMessage({ stream, moment }: Frame, { messages, isBeginMissing }: Streams): OpenMessage | undefined {
  if (!isBeginMissing) return undefined;
  const content: MessageContent = { protocol: 'http2', summary: `goes on with stream ${stream}` };
  const message = { moment, bytes: 0, content, headers: new Map<string, string>(), body: NOTHING };
  messages.set(stream, message);
  return message;
}

function openMessage(start: {
  fields: readonly HeaderField[];
  stream: number;
  moment: Moment;
  bytes: number;
  side: Side;
}): OpenMessage {
  const { fields, stream, moment, bytes, side } = start;
  const headers = new Map(fields);
  const base = { protocol: 'http2' as const };
  const mark = `(stream ${stream})`;
  const verb = isGrpc(headers) ? 'gRPC' : headers.get(':method');
  const content: MessageContent =
    side === 'server'
      ? { ...base, role: 'answer', summary: `${headers.get(':status') ?? '?'} ${mark}`, ...toneOf(headers) }
      : { ...base, role: 'request', summary: `${verb ?? '?'} ${headers.get(':path') ?? '?'} ${mark}` };
  // A call of gRPC that fails at once has its trailers in front.
  const told = { ...content, ...grpcOutcome(content, headers) };
  return { moment, bytes, content: told, headers, body: NOTHING };
}

function addTrailers(message: OpenMessage, fields: readonly HeaderField[], bytes: number): void {
  message.bytes += bytes;
  message.content = { ...message.content, ...grpcOutcome(message.content, new Map(fields)) };
}

function isGrpc(headers: ReadonlyMap<string, string>): boolean {
  return headers.get('content-type')?.startsWith('application/grpc') === true;
}

/** Whether they stand behind a body: only headers in front of one tell of a method or a status, or of what is unknown. */
function isTrailers(fields: readonly HeaderField[]): boolean {
  return !fields.some(([name]) => name.startsWith(':') || name === '?');
}

/** Trailers tell how a gRPC call went; its HTTP status is 200 all the same. */
function grpcOutcome({ summary }: MessageContent, trailers: ReadonlyMap<string, string>): Partial<MessageContent> {
  const status = trailers.get('grpc-status');
  if (status === undefined) return {};
  const outcome = `${summary} · gRPC ${GRPC_STATUS[Number(status)] ?? `status ${status}`}`;
  if (status === '0') return { summary: outcome };
  const reason = unescaped(trailers.get('grpc-message') ?? '');
  return { summary: `${outcome}${reason === '' ? '' : `: ${reason}`}`, tone: 'bad' };
}

/** Percent signs of `grpc-message`; a sign that begins no escape stands for itself. */
function unescaped(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString(),
  );
}

function toneOf(headers: ReadonlyMap<string, string>): Pick<MessageContent, 'tone'> {
  const status = Number(headers.get(':status'));
  if (status >= 400) return { tone: 'bad' };
  return status >= 200 && status < 300 ? { tone: 'good' } : {};
}

/** Tells of the message that `stream` has open, if there is one. */
function finish(
  context: SideContext,
  { messages, redaction }: Streams,
  { stream, isComplete }: { readonly stream: number; readonly isComplete: boolean },
): void {
  const message = messages.get(stream);
  if (message === undefined) return;
  messages.delete(stream);
  const { content, headers, body } = message;
  if (body.length === 0) {
    context.emitFrom(message, content, isComplete);
    return;
  }
  const type = headers.get('content-type')?.split(';')[0];
  const encoding = headers.get('content-encoding');
  const summary = [content.summary, type, encoding, byteCount(body.length)]
    .filter((part) => part !== undefined)
    .join(' · ');
  context.emitFrom(message, { ...content, summary, ...excerptOfCoded(body, encoding, redaction) }, isComplete);
}

function withoutPadding({ flags, payload }: Frame): Uint8Array {
  if ((flags & Flag.PADDED) === 0) return payload;
  const [padding = 0] = payload;
  if (padding >= payload.byteLength) throw new ProtocolError('There is more padding than frame');
  return payload.subarray(1, payload.byteLength - padding);
}

function errorName(payload: Uint8Array, offset: number): string {
  if (payload.byteLength < offset + 4) throw new ProtocolError('The frame is too short for an error code');
  const code = new DataView(payload.buffer, payload.byteOffset).getUint32(offset);
  return ERRORS[code] ?? `error ${code}`;
}
