/**
 * Reads conversations as messages of the protocols they are in.
 */
import type { ContentRedaction, Conversation } from './conversation.js';
import { datagramContent } from './protocols/datagram.js';
import type { Message } from './protocols/message.js';
import { readStream } from './read-stream.js';
import { harmless } from './side-messages.js';

/**
 * The messages of `conversation`, in the order of their first packets.
 *
 * A message that takes many packets is one message; several in one packet are several. What is not of any known
 * protocol is a message of protocol `data` for all that one side sent until the other spoke or a pause came. Of a TLS connection
 * whose keys the conversation has, what was said inside is told behind its handshake.
 *
 * @example
 * messagesOf(conversation).map(({ from, summary }) => `${from}: ${summary}`); // ['client: GET /', 'server: 200 OK']
 */
export function messagesOf(conversation: Conversation): Message[] {
  const messages = conversation.transport === 'udp' ? datagramMessages(conversation) : streamMessages(conversation);
  const redaction = conversation.reading?.redaction;
  const told = redaction === undefined ? messages : messages.map((message) => redacted(message, redaction));
  return told.sort((a, b) => a.packet - b.packet);
}

/** Some of what is told stands nowhere in the bytes, as HTTP/2 packs its headers. */
function redacted(message: Message, redaction: ContentRedaction): Message {
  const { summary, excerpt } = message;
  const told = excerpt === undefined ? {} : { excerpt: redaction.text(excerpt) };
  return { ...message, summary: redaction.text(summary), ...told };
}

function datagramMessages({ events, server }: Conversation): Message[] {
  return events.flatMap((event) => {
    if (event.kind !== 'data') return [];
    const { from, packet, timestampNs, bytes } = event;
    const times = { startNs: timestampNs, endNs: timestampNs };
    const content = harmless(datagramContent(bytes, server.port));
    return [{ ...content, from, packet, ...times, bytes: bytes.byteLength, isComplete: true }];
  });
}

function streamMessages(conversation: Conversation): Message[] {
  const { messages, inside } = readStream(conversation);
  if (!inside.events.some(({ kind }) => kind === 'data')) return [...messages];
  const decrypted = streamMessages(inside).map((message) => ({ ...message, isDecrypted: true as const }));
  // Of what one packet brought, the handshake was first and an alert is the last word.
  const isLast = ({ summary }: Message) => summary.startsWith('TLS alert');
  return [...messages.filter((message) => !isLast(message)), ...decrypted, ...messages.filter(isLast)];
}
