/**
 * A capture as data for other programs: what `socket-wrapper show --json` prints.
 */
import type { Conversation, Peer, Side } from '../dissect/conversation.js';
import { conversationsIn } from '../dissect/conversations.js';
import { messagesOf } from '../dissect/messages.js';
import { tlsKeysIn } from '../dissect/tls/key-log.js';
import type { Capture } from '../pcap/capture.js';
import type { ConversationFilter } from './conversation-filter.js';
import { notesIn } from './notes.js';

/** One end of a conversation. */
export interface JsonPeer extends Peer {
  /** The name of the host, where the capture has one. */
  readonly host?: string;
}

/** One conversation. Times are ISO 8601 in UTC, with nanoseconds. */
export interface JsonConversation {
  readonly id: number;
  readonly transport: 'tcp' | 'udp';
  readonly client: JsonPeer;
  readonly server: JsonPeer;
  readonly start: string;
  readonly end: string;
  readonly packets: number;
  readonly sent: Readonly<
    Record<Side, { readonly bytes: number; readonly repeated: number; readonly missing: number }>
  >;
  /** What happened besides: `connect`, `accept`, `refuse`, `close`, `reset`, … */
  readonly events: readonly { readonly time: string; readonly from: Side; readonly kind: string }[];
  readonly messages: readonly {
    readonly time: string;
    readonly from: Side;
    readonly protocol: string;
    readonly summary: string;
    readonly excerpt?: string;
    readonly bytes: number;
    readonly isComplete: boolean;
    /** Whether it was inside TLS, and was decrypted. */
    readonly isDecrypted?: true;
  }[];
}

/** A whole capture. */
export interface JsonCapture {
  readonly format: 'pcap' | 'pcapng';
  /** What the file says of itself: the test, its place, its error. */
  readonly comments: readonly string[];
  readonly interfaces: readonly { readonly name?: string; readonly description?: string }[];
  readonly hosts: Readonly<Record<string, string>>;
  readonly packets: number;
  readonly conversations: readonly JsonConversation[];
  /** Console lines, steps and comments on packets, by time. */
  readonly notes: readonly { readonly time?: string; readonly text: string }[];
}

/** `capture` as data; with a filter, only the conversations that it shows. */
export function captureJson(capture: Capture, filter: ConversationFilter = () => true): JsonCapture {
  const { format, packets, names, blocks, interfaces } = capture;
  const notes = notesIn({ packets, blocks }).sort((a, b) => a.packet - b.packet);
  return {
    format,
    comments: blocks.flatMap((block) => (block.type === 'section-header' ? (block.comments ?? []) : [])),
    interfaces: interfaces.map(({ name, description }) => ({
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    })),
    hosts: Object.fromEntries(names),
    packets: packets.length,
    conversations: conversationsIn(packets, { tlsKeys: tlsKeysIn(blocks) })
      .filter(filter)
      .map((conversation) => jsonConversation(conversation, names)),
    notes: notes.map(({ timestampNs, text }) => ({
      ...(timestampNs === undefined ? {} : { time: iso(timestampNs) }),
      text,
    })),
  };
}

function jsonConversation(conversation: Conversation, names: ReadonlyMap<string, string>): JsonConversation {
  const { id, transport, client, server, startNs, endNs, packets, sent, events } = conversation;
  const named = (peer: Peer): JsonPeer => {
    const host = names.get(peer.address);
    return { ...(host === undefined ? {} : { host }), ...peer };
  };
  return {
    id,
    transport,
    client: named(client),
    server: named(server),
    start: iso(startNs),
    end: iso(endNs),
    packets,
    sent,
    events: events
      .filter(({ kind }) => kind !== 'data')
      .map(({ timestampNs, from, kind }) => ({ time: iso(timestampNs), from, kind })),
    messages: messagesOf(conversation).map(
      ({ startNs: time, from, protocol, summary, excerpt, bytes, isComplete, isDecrypted }) => ({
        time: iso(time),
        from,
        protocol,
        summary,
        ...(excerpt === undefined ? {} : { excerpt }),
        bytes,
        isComplete,
        ...(isDecrypted === undefined ? {} : { isDecrypted }),
      }),
    ),
  };
}

/** `2026-01-31T12:00:00.123456789Z` */
function iso(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}Z`;
}
