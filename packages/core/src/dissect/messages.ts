/**
 * Reads conversations as messages of the protocols they are in.
 */
import { CaptureError } from '../pcap/capture-error.js';
import type { Conversation, ConversationEvent, Side } from './conversation.js';
import { datagramContent } from './protocols/datagram.js';
import { inOneLine } from './protocols/excerpt.js';
import type { Message, MessageContent } from './protocols/message.js';
import type { Heads, MessageStart, SideContext } from './protocols/protocol.js';
import { STREAM_PROTOCOLS } from './protocols/protocols.js';
import { rawContent } from './protocols/raw.js';
import { BODY_HEAD_LENGTH, ProtocolError, StreamEnd, StreamReader, type Waiting } from './protocols/stream-reader.js';
import type { Moment } from './tcp-flow.js';

/** How much of each stream a protocol is recognised by. */
const HEAD_LENGTH = 512;
/** Unrecognised data that comes after a longer pause than this is a message of its own. */
const PAUSE_NS = 50_000_000n;

/**
 * The messages of `conversation`, in the order of their first packets.
 *
 * A message that takes many packets is one message; several in one packet are several. What is not of any known
 * protocol is a message of protocol `data` for all that one side sent until the other spoke or a pause came.
 *
 * @example
 * messagesOf(conversation).map(({ from, summary }) => `${from}: ${summary}`); // ['client: GET /', 'server: 200 OK']
 */
export function messagesOf(conversation: Conversation): Message[] {
  const messages = conversation.transport === 'udp' ? datagramMessages(conversation) : streamMessages(conversation);
  return messages.sort((a, b) => a.packet - b.packet);
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
  const heads = headsOf(conversation);
  const protocol = STREAM_PROTOCOLS.find((candidate) => candidate.recognises(heads));
  const messages: Message[] = [];
  const sides = { client: new SideMessages('client', messages), server: new SideMessages('server', messages) };
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
  return messages;
}

/** What others said must not move the cursor of the terminal that it is shown in. */
function harmless(content: MessageContent): MessageContent {
  const { summary, excerpt } = content;
  return { ...content, summary: inOneLine(summary), ...(excerpt === undefined ? {} : { excerpt: inOneLine(excerpt) }) };
}

function headsOf({ events, server }: Conversation): Heads {
  const headOf = (side: Side): Uint8Array => {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const event of events) {
      if (event.from !== side) continue;
      if (event.kind === 'gap' || length >= HEAD_LENGTH) break;
      if (event.kind !== 'data') continue;
      parts.push(event.bytes.subarray(0, HEAD_LENGTH - length));
      length += event.bytes.byteLength;
    }
    return Buffer.concat(parts);
  };
  return { client: headOf('client'), server: headOf('server'), serverPort: server.port };
}

/** One side of a stream: feeds its parser, and takes over when the parser gives up. */
class SideMessages implements SideContext {
  readonly side: Side;
  readonly input = new StreamReader();
  readonly #messages: Message[];
  #parser: Waiting<void> | undefined;
  #start: { readonly position: number; readonly moment: Moment } | undefined;
  #draft: MessageContent | undefined;
  /** Data that is of no known protocol, or follows where its parser gave up. */
  #unrecognised: { parts: Uint8Array[]; length: number; first: Moment; last: Moment } | undefined;

  constructor(side: Side, messages: Message[]) {
    this.side = side;
    this.#messages = messages;
  }

  start(parser: Waiting<void> | undefined): void {
    this.#parser = parser;
    this.advance();
  }

  take(event: ConversationEvent): void {
    if (event.kind === 'data') {
      this.input.append(event.bytes, event);
      this.advance();
      if (this.#parser === undefined) this.#takeUnrecognised();
    }
    if (event.kind === 'gap') {
      // What comes behind a gap cannot be put to what came before it.
      this.input.end();
      this.advance();
      this.#parser = undefined;
      this.#takeUnrecognised();
      this.flushUnrecognised();
    }
    if (event.kind === 'close' || event.kind === 'reset') this.flushUnrecognised();
  }

  /** Lets the parser go on, as far as it gets with what is there. */
  advance(): void {
    if (this.#parser === undefined) return;
    try {
      if (this.#parser.next().done === true) this.#parser = undefined;
    } catch (error) {
      this.#parser = undefined;
      if (!(error instanceof StreamEnd || error instanceof ProtocolError || error instanceof CaptureError)) throw error;
      this.#giveUp();
    }
    if (this.#parser === undefined) this.#takeUnrecognised();
  }

  end(): void {
    this.input.end();
    this.advance();
    this.flushUnrecognised();
  }

  begin(): void {
    this.input.mark();
    this.#start = { position: this.input.position, moment: this.input.next };
    this.#draft = undefined;
  }

  draft(content: MessageContent): void {
    this.#draft = content;
  }

  emit(content: MessageContent): void {
    this.#add(content, true);
  }

  emitFrom({ moment, bytes }: MessageStart, content: MessageContent, isComplete: boolean): void {
    const times = { packet: moment.packet, startNs: moment.timestampNs, endNs: this.input.latest.timestampNs };
    this.#messages.push({ ...harmless(content), from: this.side, ...times, bytes, isComplete });
  }

  /** Puts together what was not recognised so far; what comes later is a message of its own. */
  flushUnrecognised(): void {
    const data = this.#unrecognised;
    if (data === undefined) return;
    this.#unrecognised = undefined;
    const { length, first, last } = data;
    const head = Buffer.concat(data.parts).subarray(0, BODY_HEAD_LENGTH);
    const times = { packet: first.packet, startNs: first.timestampNs, endNs: last.timestampNs };
    const content = harmless(rawContent({ head, length }));
    this.#messages.push({ ...content, from: this.side, ...times, bytes: length, isComplete: true });
  }

  /** Shows what the parser had read of a message that it could not finish. */
  #giveUp(): void {
    if (this.#draft !== undefined) {
      this.#add(this.#draft, false);
      return;
    }
    const { head, length } = this.input.sinceMark();
    if (this.#start === undefined || length === 0) return;
    this.#unrecognised = { parts: [head], length, first: this.#start.moment, last: this.input.latest };
  }

  #add(content: MessageContent, isComplete: boolean): void {
    const start = this.#start ?? { position: this.input.position, moment: this.input.latest };
    this.#start = undefined;
    this.#draft = undefined;
    this.emitFrom({ moment: start.moment, bytes: this.input.position - start.position }, content, isComplete);
  }

  #takeUnrecognised(): void {
    if (this.input.available === 0) return;
    const { next } = this.input;
    if (this.#unrecognised !== undefined && next.timestampNs - this.#unrecognised.last.timestampNs > PAUSE_NS) {
      this.flushUnrecognised();
    }
    const bytes = this.input.takeAvailable();
    const { latest } = this.input;
    this.#unrecognised ??= { parts: [], length: 0, first: next, last: latest };
    if (this.#unrecognised.length < BODY_HEAD_LENGTH) this.#unrecognised.parts.push(bytes);
    this.#unrecognised.length += bytes.byteLength;
    this.#unrecognised.last = latest;
  }
}
