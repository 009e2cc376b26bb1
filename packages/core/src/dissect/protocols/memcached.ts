/**
 * The text protocol of memcached, with its meta commands (https://github.com/memcached/memcached/blob/master/doc/protocol.txt).
 */
import { excerptOf, inOneLine } from './excerpt.js';
import type { MessageContent } from './message.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { type Body, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount, plural } from './units.js';

const MEMCACHED_PORT = 11211;
const RETRIEVAL = /^(?:gets?|gats? -?\d+)(?: \S{1,250})+$/;
const STORAGE =
  /^(?:(?:set|add|replace|append|prepend) \S{1,250} \d+ -?\d+ (?<bytes>\d+)|cas \S{1,250} \d+ -?\d+ (?<casBytes>\d+) \d+)(?: noreply)?$/;
const META_STORAGE = /^ms \S{1,250} (?<bytes>\d+)(?: \S+)*$/;
const NUMBERED = /^(?:incr|decr) \S{1,250} \d+(?: noreply)?$|^touch \S{1,250} -?\d+(?: noreply)?$/;
/** What other protocols might begin with as well. */
const OTHER =
  /^(?:delete|stats|flush_all|version|verbosity|quit|shutdown|slabs|lru|lru_crawler|watch|cache_memlimit|misbehave|mg|md|ma|me|mn)(?: .*)?$/;
const ANSWER =
  /^(?:VALUE \S|END|STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|VERSION |STAT |\d+|ERROR|CLIENT_ERROR |SERVER_ERROR |HD|VA \d|EN|NF|NS|EX|MN|ME )/;
const PRINTABLE = /^[\x20-\x7e]{1,2048}$/;
/** A command that asks for no answer: of the meta commands the flag `q` leaves out the ones that tell nothing new. */
const SILENT = / noreply$|^m[gsda] .* q(?: |$)|^quit$/;

/** memcached, and what speaks like it. */
export const memcached: StreamProtocol = {
  name: 'memcached',

  recognises({ client, server, serverPort }) {
    const [line, ...rest] = latin1(client).split('\r\n');
    if (line === undefined || rest.length === 0) return false;
    const isLikely = [RETRIEVAL, STORAGE, META_STORAGE, NUMBERED].some((form) => form.test(line));
    if (!isLikely && !(serverPort === MEMCACHED_PORT && OTHER.test(line))) return false;
    return server.byteLength === 0 || ANSWER.test(latin1(server));
  },

  parsers: ({ client, server }) => ({ client: commands(client), server: answers(server) }),
};

function* commands(context: SideContext): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const line = yield* input.line();
    // What memcached does not know either is told as it is: its answer is ERROR.
    if (!PRINTABLE.test(line)) throw new ProtocolError(`Not a command of memcached: ${line}`);
    const groups = (STORAGE.exec(line) ?? META_STORAGE.exec(line))?.groups;
    const bytes = groups?.bytes ?? groups?.casBytes;
    const content: MessageContent = {
      protocol: 'memcached',
      summary: shownCommand(line),
      ...(SILENT.test(line) ? {} : { role: 'request' as const }),
    };
    context.draft(content);
    if (bytes === undefined) context.emit(content);
    else context.emit(withData(content, yield* data(context, Number(bytes))));
  }
}

/** Flags and times of storage commands are left out, as is what the data's length says anyway. */
function shownCommand(line: string): string {
  if (!STORAGE.test(line)) return line;
  return line.split(' ').slice(0, 2).join(' ');
}

function* answers(context: SideContext): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const line = yield* input.line();
    if (/^VALUE /.test(line) || line === 'END') {
      context.emit(yield* values(context, line));
      continue;
    }
    if (/^STAT /.test(line)) {
      context.emit(yield* statistics(context));
      continue;
    }
    if (!ANSWER.test(line)) throw new ProtocolError(`Not an answer of memcached: ${line}`);
    const content = answer(line);
    context.draft(content);
    const bytes = /^VA (\d+)/.exec(line)?.[1];
    context.emit(bytes === undefined ? content : withData(answer('VA'), yield* data(context, Number(bytes))));
  }
}

/** The values that were found, the first of them shown; `line` is the first line. */
function* values(context: SideContext, line: string): Waiting<MessageContent> {
  let next = line;
  let first: { key: string; body: Body } | undefined;
  let count = 0;
  let length = 0;
  while (next !== 'END') {
    const [, key, bytes] = /^VALUE (\S+) \d+ (\d+)(?: \d+)?$/.exec(next) ?? [];
    if (key === undefined) throw new ProtocolError(`Not a value of memcached: ${next}`);
    const body = yield* data(context, Number(bytes));
    first ??= { key, body };
    count += 1;
    length += body.length;
    next = yield* context.input.line();
  }
  if (first === undefined) return answer('nothing found');
  const what = count === 1 ? `VALUE ${first.key}` : plural(count, 'value');
  return { ...answer(`${what} · ${byteCount(length)}`), excerpt: excerptOf(first.body) };
}

function* statistics({ input }: SideContext): Waiting<MessageContent> {
  let count = 1;
  for (;;) {
    const line = yield* input.line();
    if (line === 'END') return answer(plural(count, 'statistic'));
    if (!/^STAT /.test(line)) throw new ProtocolError(`Not a statistic of memcached: ${line}`);
    count += 1;
  }
}

function* data({ input }: SideContext, length: number): Waiting<Body> {
  const body = yield* input.body(length);
  const end = yield* input.line();
  if (end !== '') throw new ProtocolError('The data goes on behind its end');
  return body;
}

function withData(content: MessageContent, body: Body): MessageContent {
  return { ...content, summary: `${content.summary} · ${byteCount(body.length)}`, excerpt: excerptOf(body) };
}

function answer(text: string): MessageContent {
  const isError = /^(?:CLIENT_|SERVER_)?ERROR/.test(text);
  return {
    protocol: 'memcached',
    role: 'answer',
    summary: inOneLine(text),
    ...(isError ? { tone: 'bad' as const } : {}),
  };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
