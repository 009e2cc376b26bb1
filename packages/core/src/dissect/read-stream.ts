/**
 * Reads both sides of a TCP connection by the protocol that it begins with.
 */
import type { Conversation, ConversationEvent, Side } from './conversation.js';
import { RESYNC_LENGTH } from './protocols/http2-frames.js';
import type { Message } from './protocols/message.js';
import type { Heads, SealedSpan } from './protocols/protocol.js';
import { STREAM_PROTOCOLS } from './protocols/protocols.js';
import { SideMessages } from './side-messages.js';

/** What was read of a connection. */
export interface ReadStream {
  /** In the order in which they ended. */
  readonly messages: readonly Message[];
  /** The data, and its gaps, that could be decrypted in it, as a conversation of its own. */
  readonly inside: Conversation;
  readonly sides: Readonly<Record<Side, EncryptedPart>>;
}

/** Which part of one side's stream was encrypted. */
export interface EncryptedPart {
  /** Where it begins; `undefined` when nothing was. */
  readonly concealedAt: number | undefined;
  /** What of it could be decrypted, and what the keys for that are made of. */
  readonly sealed: readonly SealedSpan[];
}

/** How much of each stream a protocol is recognised by. */
const HEAD_LENGTH = 512;
/** Where it began before the capture, the stream must come to a place first at which something begins. */
const REST_HEAD_LENGTH = RESYNC_LENGTH;

/** What was read of conversations that are to be remembered. */
const remembered = new WeakMap<Conversation, ReadStream>();

/** Reads a conversation over TCP. */
export function readStream(conversation: Conversation): ReadStream {
  const known = remembered.get(conversation);
  if (known !== undefined) return known;
  const read = readAnew(conversation);
  if (conversation.reading?.isRemembered === true) remembered.set(conversation, read);
  return read;
}

function readAnew(conversation: Conversation): ReadStream {
  const heads = headsOf(conversation);
  const protocol = STREAM_PROTOCOLS.find((candidate) => candidate.recognises(heads));
  const messages: Message[] = [];
  const events: ConversationEvent[] = [];
  const told = { messages, inside: events };
  const sides = { client: new SideMessages('client', told), server: new SideMessages('server', told) };
  const parsers = protocol?.parsers(sides, conversation);
  sides.client.start(parsers?.client);
  sides.server.start(parsers?.server);
  for (const event of conversation.events) {
    const other = event.from === 'client' ? sides.server : sides.client;
    sides[event.from].take(event);
    other.advance();
    if (event.kind === 'data') other.flushUnrecognised();
  }
  sides.client.end();
  sides.server.end();
  // One side may have waited for what the other said last.
  sides.client.end();
  const inside = { ...conversation, events };
  conversation.reading?.redaction?.streams(inside);
  return { messages, inside, sides };
}

function headsOf({ events, server }: Conversation): Heads {
  const isBeginMissing = !events.some(({ kind }) => kind === 'connect' || kind === 'accept');
  const headLength = isBeginMissing ? REST_HEAD_LENGTH : HEAD_LENGTH;
  const headOf = (side: Side): Uint8Array => {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const event of events) {
      if (event.from !== side) continue;
      if (event.kind === 'gap' || length >= headLength) break;
      if (event.kind !== 'data') continue;
      parts.push(event.bytes.subarray(0, headLength - length));
      length += event.bytes.byteLength;
    }
    return Buffer.concat(parts);
  };
  return { client: headOf('client'), server: headOf('server'), serverPort: server.port, isBeginMissing };
}
