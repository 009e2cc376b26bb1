/**
 * What two endpoints had to do with each other, as `conversations.ts` puts it together from packets.
 */
import { join } from '../bytes/join.js';
import type { Moment, StreamData, StreamGap } from './tcp-flow.js';
import type { TlsKeyLog } from './tls/key-log.js';

/** An address and a port. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** The side that started a conversation, and the other. */
export type Side = 'client' | 'server';

/** Something that happened in a conversation. */
export type ConversationEvent =
  /** The client asked for a connection (SYN); `isRepeated` when it had asked before. */
  | (Moment & { readonly kind: 'connect'; readonly from: 'client'; readonly isRepeated: boolean })
  /** The server accepted (SYN and ACK). */
  | (Moment & { readonly kind: 'accept'; readonly from: 'server' })
  /** The server refused: nobody listens there (RST in answer to a SYN). */
  | (Moment & { readonly kind: 'refuse'; readonly from: 'server' })
  /** Somebody, mostly the other host, says that a packet of `from` could not be delivered (ICMP). */
  | (Moment & { readonly kind: 'unreachable'; readonly from: Side; readonly reporter: string; readonly reason: string })
  /** Bytes of a stream, in order; of a datagram, all of it. */
  | (StreamData & { readonly from: Side })
  /** Bytes of a stream that are not in the capture. */
  | (StreamGap & { readonly from: Side })
  /** `length` bytes were sent again. */
  | (Moment & { readonly kind: 'repeat'; readonly from: Side; readonly length: number })
  /** A segment came before one that precedes it in the stream. */
  | (Moment & { readonly kind: 'early'; readonly from: Side })
  /** `from` will send no more (FIN). */
  | (Moment & { readonly kind: 'close'; readonly from: Side })
  /** `from` broke the connection off (RST). */
  | (Moment & { readonly kind: 'reset'; readonly from: Side })
  /** The recorder notes that a packet was thrown away on its way (an XDP_DROP verdict). */
  | (Moment & {
      readonly kind: 'drop';
      readonly from: Side;
      readonly length: number;
      readonly what: 'connect' | 'data' | 'other';
    });

/** Packets that belong together: of one TCP connection, or UDP datagrams between the same two endpoints. */
export interface Conversation {
  /** Counts the conversations of a capture from 1. */
  readonly id: number;
  readonly transport: 'tcp' | 'udp';
  readonly client: Peer;
  readonly server: Peer;
  /** In the order of the capture. */
  readonly events: readonly ConversationEvent[];
  readonly packets: number;
  /** The time of the first packet and of the last. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** What each side sent: all bytes of its stream, those sent again, and those missing in the capture. */
  readonly sent: Readonly<
    Record<Side, { readonly bytes: number; readonly repeated: number; readonly missing: number }>
  >;
  /** How its content is read. */
  readonly reading?: ReadingOptions;
}

/** How the content of conversations is read. */
export interface ReadingOptions {
  /** The keys of TLS connections: what was said inside is told. Default: none, and what is encrypted stays so. */
  readonly tlsKeys?: TlsKeyLog;
  /** What must not be told. Default: nothing. */
  readonly redaction?: ContentRedaction;
  /**
   * Whether what was read of a conversation, such as what was inside TLS, is kept as long as the conversation itself for whoever
   * asks again. Default: false, and it is read again.
   */
  readonly isRemembered?: boolean;
}

/** Takes secrets out of what is told. */
export interface ContentRedaction {
  /** `text` without them. */
  text(text: string): string;
  /** Writes over them in the data of `conversation`, which is nobody else's. */
  streams(conversation: Conversation): void;
}

/** The bytes of one side's stream, gaps left out: what Wireshark shows as "follow stream". */
export function streamOf(conversation: Conversation, side: Side): Uint8Array {
  const parts = conversation.events.flatMap((event) =>
    event.kind === 'data' && event.from === side ? [event.bytes] : [],
  );
  return join(parts);
}
