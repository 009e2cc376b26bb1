/**
 * AMQP 0-9-1, as RabbitMQ speaks it (https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf).
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import type { ContentRedaction } from '../conversation.js';
import { type AmqpMethod, amqpMethod } from './amqp-methods.js';
import { excerptOfCoded } from './content-coding.js';
import type { MessageContent } from './message.js';
import type { MessageStart, SideContext, StreamProtocol } from './protocol.js';
import { BODY_HEAD_LENGTH, type Body, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount } from './units.js';

/** §4.2.2 */
const PROTOCOL_HEADER = 'AMQP\0\0\u0009\u0001';
/** §4.2.3 */
const FrameType = { METHOD: 1, HEADER: 2, BODY: 3, HEARTBEAT: 8 } as const;
const FRAME_END = 0xce;
const FRAME_HEADER_LENGTH = 7;
const MAX_FRAME_LENGTH = 16 * 1024 * 1024;
const HasProperty = { CONTENT_TYPE: 1 << 15, CONTENT_ENCODING: 1 << 14 } as const;

/** AMQP 0-9-1. */
export const amqp: StreamProtocol = {
  name: 'amqp',
  recognises: ({ client }) =>
    Buffer.from(client.subarray(0, PROTOCOL_HEADER.length)).toString('latin1') === PROTOCOL_HEADER,
  parsers: ({ client, server }, { reading }) => ({
    client: frames(client, reading?.redaction),
    server: frames(server, reading?.redaction),
  }),
};

/** A method whose message is still coming. */
interface OpenContent {
  readonly start: MessageStart & { bytes: number };
  readonly method: AmqpMethod;
  type?: string;
  encoding?: string;
  size: number | undefined;
  body: Body;
}

interface Channels {
  /** What each channel is in the middle of: frames of several come one between the other. */
  readonly open: Map<number, OpenContent>;
  readonly redaction: ContentRedaction | undefined;
}

function* frames(context: SideContext, redaction: ContentRedaction | undefined): Waiting<void> {
  const { input } = context;
  const channels: Channels = { open: new Map(), redaction };
  if (!(yield* input.hasMore())) return;
  // A server begins so as well when it does not take what the client speaks.
  if (Buffer.from(yield* input.peek(1)).toString('latin1') === 'A') yield* protocolHeader(context);
  try {
    while (yield* input.hasMore()) yield* frame(context, channels);
  } finally {
    for (const channel of channels.open.keys()) finish(context, channels, { channel, isComplete: false });
  }
}

function* protocolHeader(context: SideContext): Waiting<void> {
  context.begin();
  const header = yield* context.input.take(PROTOCOL_HEADER.length);
  const version = [...header.subarray(-3)].join('-');
  const isRefusal = context.side === 'server';
  context.emit({
    protocol: 'amqp',
    summary: `${isRefusal ? 'speaks only' : 'begins'} AMQP ${version}`,
    ...(isRefusal ? { role: 'answer', tone: 'bad' } : { role: 'request' }),
  });
}

function* frame(context: SideContext, channels: Channels): Waiting<void> {
  const { input } = context;
  // What is no frame after all is shown from its first byte on.
  context.begin();
  yield* input.peek(1);
  const moment = input.next;
  const type = yield* input.number(1);
  const channel = yield* input.number(2);
  const length = yield* input.number(4);
  if (length > MAX_FRAME_LENGTH) throw new ProtocolError('No frame is this long');
  const payload = yield* input.take(length + 1);
  if (payload.at(-1) !== FRAME_END) throw new ProtocolError('The frame has another end than it says');
  const bytes = payload.subarray(0, length);
  const size = FRAME_HEADER_LENGTH + length + 1;
  const reader = new ByteReader({ subject: 'frame', bytes, byteOrder: 'big' });
  switch (type) {
    case FrameType.METHOD:
      finish(context, channels, { channel, isComplete: false });
      onMethod(context, channels, { channel, reader, start: { moment, bytes: size } });
      break;
    case FrameType.HEADER:
    case FrameType.BODY:
      onContent(context, channels, { channel, type, reader, size });
      break;
    case FrameType.HEARTBEAT:
      break;
    default:
      throw new ProtocolError(`AMQP has no frame of type ${type}`);
  }
}

function onMethod(
  context: SideContext,
  { open }: Channels,
  { channel, reader, start }: { readonly channel: number; readonly reader: ByteReader; readonly start: MessageStart },
): void {
  const method = amqpMethod(reader);
  if (method === undefined) throw new ProtocolError('AMQP has no such method');
  const body: Body = { length: 0, head: new Uint8Array() };
  if (method.hasContent) open.set(channel, { start: { ...start }, method, size: undefined, body });
  else context.emitFrom(start, contentOf(context, method, channel), true);
}

function onContent(
  context: SideContext,
  channels: Channels,
  frame: { readonly channel: number; readonly type: number; readonly reader: ByteReader; readonly size: number },
): void {
  const { channel, type, reader, size } = frame;
  const content = channels.open.get(channel);
  if (content === undefined) throw new ProtocolError('The content belongs to no method');
  content.start.bytes += size;
  if (type === FrameType.HEADER) readHeader(content, reader);
  else {
    const data = reader.rest();
    const head = Buffer.concat([content.body.head, data]).subarray(0, BODY_HEAD_LENGTH);
    content.body = { length: content.body.length + data.byteLength, head };
  }
  if (content.size !== undefined && content.body.length >= content.size) {
    finish(context, channels, { channel, isComplete: true });
  }
}

/** §4.2.6.1: its first two properties are those that say how to read the body. */
function readHeader(content: OpenContent, reader: ByteReader): void {
  reader.u32('class and weight');
  content.size = Number(reader.u64('size of the body'));
  const flags = reader.u16('property flags');
  const shortText = () => Buffer.from(reader.take(reader.u8('length'), 'text')).toString('utf8');
  if ((flags & HasProperty.CONTENT_TYPE) !== 0) content.type = shortText();
  if ((flags & HasProperty.CONTENT_ENCODING) !== 0) content.encoding = shortText();
}

/** Tells of the message that `channel` has open, if there is one. */
function finish(
  context: SideContext,
  { open, redaction }: Channels,
  { channel, isComplete }: { readonly channel: number; readonly isComplete: boolean },
): void {
  const message = open.get(channel);
  if (message === undefined) return;
  open.delete(channel);
  const { method, type, encoding, size = 0, body, start } = message;
  const content = contentOf(context, method, channel);
  const length = isComplete ? byteCount(size) : `${body.length} of ${byteCount(size)}`;
  const coding = encoding === undefined || /^utf-?8$/i.test(encoding) ? undefined : encoding;
  const summary = [content.summary, type, coding, length].filter((part) => part !== undefined).join(' · ');
  context.emitFrom(start, { ...content, summary, ...excerptOfCoded(body, coding, redaction) }, isComplete);
}

/** Most connections have one channel, which goes without saying. */
function contentOf({ side }: SideContext, method: AmqpMethod, channel: number): MessageContent {
  const { isRequest, isError } = method;
  const summary = channel > 1 ? `${method.summary} (channel ${channel})` : method.summary;
  const role = side === 'server' ? { role: 'answer' as const } : isRequest ? { role: 'request' as const } : {};
  return { protocol: 'amqp', summary, ...role, ...(isError ? { tone: 'bad' as const } : {}) };
}
