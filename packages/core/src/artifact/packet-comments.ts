/**
 * Comments on the packets that a person looks for first: connections that were refused, and attempts to leave the network.
 */
import { interfaceIdOf } from '../address/ip.js';
import type { Conversation, Peer } from '../dissect/conversation.js';
import type { Packet } from '../pcapng/packet.js';
import { type Listener, refusalHint } from './refusal-hint.js';

/** What is to be said of packets. */
export interface PacketComments {
  /** By the number of the packet, counted from 0. */
  readonly comments: ReadonlyMap<number, string>;
  /** Why connections were refused, for each place once, as far as it is known; the comments say it too. */
  readonly hints: ReadonlyMap<number, string>;
  /** The attempts to leave the network, each once: `web#11 node[42] tried 93.184.216.34:443: nothing leaves the network`. */
  readonly escapes: readonly string[];
}

/** How the comments name things. */
export interface CommentNames {
  /** Who sent the packet with this number. */
  readonly ownerOf: (packet: number) => string | undefined;
  /** The names of addresses. */
  readonly hosts: ReadonlyMap<string, string>;
  /** The sockets of the network. */
  readonly sockets: readonly Listener[];
}

/** The comments on the packets of `conversations`. */
export function packetComments(conversations: readonly Conversation[], names: CommentNames): PacketComments {
  const comments = new Map<number, string>();
  const escapes = new Map<string, number>();
  const hints = refusalHints(conversations, names.sockets);
  for (const conversation of conversations) {
    const first = firstPacketOf(conversation);
    if (first === undefined) continue;
    const reason = reasonOf(conversation);
    if (reason === undefined) continue;
    const { client, server } = conversation;
    const who = names.ownerOf(first) ?? names.hosts.get(client.address) ?? client.address;
    const hint = hints.get(first);
    const why = hint === undefined ? reason.text : `${reason.text}; ${hint}`;
    const comment = `${who} tried ${placeOf(server, names.hosts)}: ${why}`;
    comments.set(first, comment);
    if (reason.isEscape) escapes.set(comment, (escapes.get(comment) ?? 0) + 1);
  }
  return {
    comments,
    hints,
    escapes: [...escapes].map(([comment, count]) => (count === 1 ? comment : `${comment} (${count} times)`)),
  };
}

/** By the packet that was refused. Who tries again and again is told once. */
export function refusalHints(
  conversations: readonly Conversation[],
  sockets: readonly Listener[],
): ReadonlyMap<number, string> {
  const hints = new Map<number, string>();
  const told = new Set<string>();
  for (const conversation of conversations) {
    const first = firstPacketOf(conversation);
    if (first === undefined || reasonOf(conversation)?.isRefusal !== true) continue;
    const hint = refusalHint(conversation, sockets);
    // The same again of the host's other address, or of another attempt, would be no news.
    const news = `${conversation.transport} ${conversation.server.port} ${hint}`;
    if (hint === undefined || told.has(news)) continue;
    told.add(news);
    hints.set(first, hint);
  }
  return hints;
}

interface Reason {
  readonly text: string;
  readonly isEscape: boolean;
  /** Whether it is the host that did not want the packet. */
  readonly isRefusal: boolean;
}

function reasonOf({ events, server }: Conversation): Reason | undefined {
  const unreachable = events.find((event) => event.kind === 'unreachable' && event.from === 'client');
  if (unreachable?.kind === 'unreachable') {
    if (!isInside(server.address)) return { text: 'nothing leaves the network', isEscape: true, isRefusal: false };
    return { text: unreachable.reason, isEscape: false, isRefusal: unreachable.reporter === server.address };
  }
  if (events.some(({ kind }) => kind === 'refuse')) {
    return { text: 'refused, nobody listens there', isEscape: false, isRefusal: true };
  }
  return undefined;
}

function firstPacketOf({ events }: Conversation): number | undefined {
  return events.find(({ from, kind }) => from === 'client' && kind !== 'unreachable')?.packet ?? events[0]?.packet;
}

/** Hosts, loopbacks, multicast and broadcast. */
function isInside(address: string): boolean {
  return (
    interfaceIdOf(address) !== undefined ||
    /^(127\.|10\.53\.57\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|fd00::5357:5f|ff|::1$|::$|0\.0\.0\.0$)/i.test(address)
  );
}

function placeOf({ address, port }: Peer, hosts: ReadonlyMap<string, string>): string {
  const name = hosts.get(address) ?? (address.includes(':') ? `[${address}]` : address);
  return `${name}:${port}`;
}

/** `packets` with hints as comments, for a ladder, which says itself who was refused. */
export function withHints<P extends Packet>(packets: readonly P[], hints: ReadonlyMap<number, string>): readonly P[] {
  if (hints.size === 0) return packets;
  return packets.map((packet, index) => {
    const hint = hints.get(index);
    return hint === undefined ? packet : { ...packet, options: { ...packet.options, comments: [hint] } };
  });
}
