/**
 * What both sides of a connection said, with the content of TLS in the place of its records.
 */
import type { Conversation, ConversationEvent, Side } from './conversation.js';
import type { SealedSpan } from './protocols/protocol.js';
import { readStream } from './read-stream.js';

/** The streams of a connection that could be decrypted: its data and gaps, in order. */
export interface DecryptedStreams {
  /** What was said before encryption began, as with STARTTLS. */
  readonly clear: readonly ConversationEvent[];
  /** What was said inside. */
  readonly inside: readonly ConversationEvent[];
}

/** The decrypted streams of `conversation`; `undefined` when it is not encrypted, or there are no keys for it. */
export function decryptedStreams(conversation: Conversation): DecryptedStreams | undefined {
  if (conversation.transport === 'udp' || conversation.reading?.tlsKeys === undefined) return undefined;
  const { inside, sides } = readStream(conversation);
  if (!inside.events.some(({ kind }) => kind === 'data')) return undefined;
  const position = { client: 0, server: 0 };
  const clear = conversation.events.flatMap((event): ConversationEvent[] => {
    if (event.kind !== 'data') return [];
    const { from, bytes } = event;
    const left = (sides[from].concealedAt ?? Number.POSITIVE_INFINITY) - position[from];
    position[from] += bytes.byteLength;
    return left <= 0 ? [] : [{ ...event, bytes: bytes.subarray(0, left) }];
  });
  // TLS through a proxy that is itself spoken to with TLS.
  const nested = decryptedStreams(inside);
  if (nested === undefined) return { clear, inside: inside.events };
  return { clear: [...clear, ...nested.clear], inside: nested.inside };
}

/** Which bytes of the streams of `conversation` are encrypted, and could be decrypted; and what the keys for that are made of. */
export function sealedSpans(conversation: Conversation): Record<Side, readonly SealedSpan[]> {
  const { client, server } =
    conversation.transport === 'udp' || conversation.reading?.tlsKeys === undefined
      ? NOTHING_SEALED
      : readStream(conversation).sides;
  return { client: client.sealed, server: server.sealed };
}

const NOTHING_SEALED = { client: { sealed: [] }, server: { sealed: [] } } as const;

/** The conversation as it would be without TLS, where that is known, and else as it is. */
export function withoutTls(conversation: Conversation): Conversation {
  const streams = decryptedStreams(conversation);
  return streams === undefined ? conversation : { ...conversation, events: [...streams.clear, ...streams.inside] };
}
