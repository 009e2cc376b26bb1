/**
 * Tells the messages of one side of a stream.
 */
import { CaptureError } from '../bytes/capture-error.js';
import type { ConversationEvent, Side } from './conversation.js';
import { inOneLine } from './protocols/excerpt.js';
import type { Message, MessageContent } from './protocols/message.js';
import type { MessageStart, Revealed, SealedSpan, SideContext } from './protocols/protocol.js';
import { rawContent } from './protocols/raw.js';
import { BODY_HEAD_LENGTH, ProtocolError, StreamEnd, StreamReader, type Waiting } from './protocols/stream-reader.js';
import type { Moment } from './tcp-flow.js';

/** Unrecognised data that comes after a longer pause than this is a message of its own. */
const PAUSE_NS = 50_000_000n;

/** What the sides of a stream tell together, in the order in which it was told. */
export interface Told {
  readonly messages: Message[];
  /** What was inside encrypted bytes. */
  readonly inside: ConversationEvent[];
}

/** What others said must not move the cursor of the terminal that it is shown in. */
export function harmless(content: MessageContent): MessageContent {
  const { summary, excerpt } = content;
  return { ...content, summary: inOneLine(summary), ...(excerpt === undefined ? {} : { excerpt: inOneLine(excerpt) }) };
}

/** One side of a stream: feeds its parser, and takes over when the parser gives up. */
export class SideMessages implements SideContext {
  readonly side: Side;
  readonly input = new StreamReader();
  /** What of the stream could be decrypted, and what the keys for that are made of. */
  readonly sealed: SealedSpan[] = [];
  /** Where the stream goes on encrypted; `undefined` when all of it is clear. */
  concealedAt: number | undefined;
  readonly #told: Told;
  #parser: Waiting<void> | undefined;
  #start: { readonly position: number; readonly moment: Moment } | undefined;
  #draft: MessageContent | (() => MessageContent) | undefined;
  /** Data that is of no known protocol, or follows where its parser gave up. */
  #unrecognised: { parts: Uint8Array[]; length: number; first: Moment; last: Moment } | undefined;

  constructor(side: Side, told: Told) {
    this.side = side;
    this.#told = told;
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
      if (this.concealedAt !== undefined) this.reveal({ kind: 'gap', length: event.length }, event);
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

  draft(content: MessageContent | (() => MessageContent)): void {
    this.#draft = content;
  }

  emit(content: MessageContent): void {
    this.#add(content, true);
  }

  emitFrom({ moment, bytes }: MessageStart, content: MessageContent, isComplete: boolean): void {
    const times = { packet: moment.packet, startNs: moment.timestampNs, endNs: this.input.latest.timestampNs };
    this.#told.messages.push({ ...harmless(content), from: this.side, ...times, bytes, isComplete });
  }

  conceal(): void {
    this.concealedAt = this.input.position;
  }

  seal(span: SealedSpan): void {
    this.sealed.push(span);
  }

  reveal(inside: Revealed, { timestampNs, packet }: Moment): void {
    this.#told.inside.push({ ...inside, from: this.side, timestampNs, packet });
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
    this.#told.messages.push({ ...content, from: this.side, ...times, bytes: length, isComplete: true });
  }

  /** Shows what the parser had read of a message that it could not finish. */
  #giveUp(): void {
    if (this.#draft !== undefined) {
      this.#add(typeof this.#draft === 'function' ? this.#draft() : this.#draft, false);
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
