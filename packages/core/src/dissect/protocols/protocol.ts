import type { Conversation, Side } from '../conversation.js';
import type { Moment } from '../tcp-flow.js';
import type { MessageContent } from './message.js';
import type { StreamReader, Waiting } from './stream-reader.js';

/** Where a message began, and how many bytes it has had. */
export interface MessageStart {
  readonly moment: Moment;
  readonly bytes: number;
}

/** What a parser of one side's stream reads from and writes to. */
export interface SideContext {
  readonly side: Side;
  readonly input: StreamReader;
  /** Says that a message begins with the next byte. */
  begin(): void;
  /** Says what is known of the message so far, in case that the stream ends in it: `content` is asked only then. */
  draft(content: MessageContent | (() => MessageContent)): void;
  /** Says that the message ends with the byte read last. */
  emit(content: MessageContent): void;
  /** Tells of a message among others that are still going on; it ends with the byte read last unless it was cut off. */
  emitFrom(start: MessageStart, content: MessageContent, isComplete: boolean): void;
  /** Says that the rest of this side's stream is encrypted. */
  conceal(): void;
  /** Says which bytes of this side's stream the keys of a connection have to do with. */
  seal(span: SealedSpan): void;
  /** Says what encrypted bytes hold, or that it cannot be told; `moment` is that of the first of them. */
  reveal(inside: Revealed, moment: Moment): void;
}

/** Bytes of a stream, counted from 0, that are encrypted or that keys are made of. */
export interface SealedSpan {
  readonly start: number;
  readonly end: number;
  /** Whose keys they are: the random bytes of the client, in hexadecimal digits. */
  readonly clientRandom: string;
}

/** What is inside encrypted bytes. */
export type Revealed =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'gap'; readonly length: number };

/** The first bytes of both streams, to recognise a protocol by. */
export interface Heads {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  readonly serverPort: number;
  /** Whether the connection began before the capture, so that these may be the middle of anything. */
  readonly isBeginMissing: boolean;
}

/** A protocol on top of TCP. */
export interface StreamProtocol {
  readonly name: string;
  /** Whether a conversation that begins like this is of this protocol. */
  recognises(heads: Heads): boolean;
  /** The parsers of both sides, which may share what they learn. */
  parsers(
    contexts: Readonly<Record<Side, SideContext>>,
    conversation: Conversation,
  ): Readonly<Record<Side, Waiting<void>>>;
}
