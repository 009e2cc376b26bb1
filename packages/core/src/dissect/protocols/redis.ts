/**
 * The Redis serialization protocol, RESP2 and RESP3 (https://redis.io/docs/reference/protocol-spec/).
 */
import type { MessageContent } from './message.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { type Body, ProtocolError, type Waiting } from './stream-reader.js';

const REQUEST_START = /^\*[1-9]\d{0,6}\r\n\$\d{1,9}\r\n/;
const MAX_DEPTH = 32;
const MAX_SHOWN = 8;
const MAX_WORD_LENGTH = 80;

/** A value of RESP, in the form that people write it. */
interface Value {
  readonly text: string;
  readonly kind: 'word' | 'error' | 'list' | 'other';
  readonly items?: readonly Value[];
}

/** Redis and what speaks like it. */
export const redis: StreamProtocol = {
  name: 'redis',
  recognises: ({ client }) => REQUEST_START.test(Buffer.from(client).toString('latin1')),
  parsers: ({ client, server }) => ({ client: values(client, request), server: values(server, answer) }),
};

function* values(context: SideContext, contentOf: (value: Value) => MessageContent): Waiting<void> {
  while (yield* context.input.hasMore()) {
    context.begin();
    context.emit(contentOf(yield* readValue(context, 0)));
  }
}

function request(value: Value): MessageContent {
  const words = value.items ?? [value];
  const [command, ...rest] = words.map(({ text }) => text);
  const summary = [unquoted(command ?? '').toUpperCase(), ...rest.map(unquotedIfWord)].join(' ');
  return { protocol: 'redis', role: 'request', summary };
}

function answer(value: Value): MessageContent {
  const tone = value.kind === 'error' ? ('bad' as const) : undefined;
  return { protocol: 'redis', role: 'answer', summary: value.text, ...(tone === undefined ? {} : { tone }) };
}

function* readValue(context: SideContext, depth: number): Waiting<Value> {
  if (depth > MAX_DEPTH) throw new ProtocolError('No value of RESP is this deep');
  const line = yield* context.input.line();
  const rest = line.slice(1);
  switch (line[0]) {
    case '+':
      return { text: rest, kind: 'word' };
    case '-':
      return { text: rest, kind: 'error' };
    case ':':
    case ',':
    case '(':
      return { text: rest, kind: 'other' };
    case '_':
      return { text: 'nil', kind: 'other' };
    case '#':
      return { text: rest === 't' ? 'true' : 'false', kind: 'other' };
    case '$':
    case '=':
      return yield* readBulk(context, lengthIn(rest), 'word');
    case '!':
      return yield* readBulk(context, lengthIn(rest), 'error');
    case '*':
    case '~':
    case '>':
      return yield* readList(context, lengthIn(rest), depth);
    case '%':
    case '|':
      return yield* readList(context, lengthIn(rest) * 2, depth);
    default:
      throw new ProtocolError(`Not a value of RESP: ${line}`);
  }
}

function* readBulk({ input }: SideContext, length: number, kind: 'word' | 'error'): Waiting<Value> {
  if (length < 0) return { text: 'nil', kind: 'other' };
  const body = yield* input.body(length);
  yield* input.line();
  return { text: kind === 'error' ? unquoted(quoted(body)) : quoted(body), kind };
}

function* readList(context: SideContext, length: number, depth: number): Waiting<Value> {
  if (length < 0) return { text: 'nil', kind: 'other' };
  const items: Value[] = [];
  for (let i = 0; i < length; i += 1) {
    const item = yield* readValue(context, depth + 1);
    if (items.length < MAX_SHOWN) items.push(item);
  }
  const more = length > items.length ? [{ text: `… ${length - items.length} more`, kind: 'other' as const }] : [];
  const shown = [...items, ...more];
  return { text: `[${shown.map(({ text }) => text).join(', ')}]`, kind: 'list', items: shown };
}

function lengthIn(text: string): number {
  if (!/^(?:\d{1,10}|-1)$/.test(text)) throw new ProtocolError(`Not a length: ${text}`);
  return Number(text);
}

function quoted({ head, length }: Body): string {
  const text = Buffer.from(head).toString('utf8');
  const isCut = length > head.byteLength || text.length > MAX_WORD_LENGTH;
  return JSON.stringify(`${text.slice(0, MAX_WORD_LENGTH)}${isCut ? '…' : ''}`);
}

/** What is between the quotes. */
function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : text;
}

/** A word that is one without quotes as well goes without, as people type it. */
function unquotedIfWord(text: string): string {
  return /^"[\w:.*@/+-]+"$/.test(text) ? unquoted(text) : text;
}
