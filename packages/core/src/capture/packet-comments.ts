/**
 * Comments on the packets that a person looks for first: connections that were refused, and attempts to leave the network.
 */
import { interfaceIdOf } from '../address/ip.js';
import type { Conversation, Peer } from '../dissect/conversation.js';

/** What is to be said of packets. */
export interface PacketComments {
  /** By the number of the packet, counted from 0. */
  readonly comments: ReadonlyMap<number, string>;
  /** The attempts to leave the network, each once: `web#11 node[42] tried 93.184.216.34:443: nothing leaves the network`. */
  readonly escapes: readonly string[];
}

/** How the comments name things. */
export interface CommentNames {
  /** Who sent the packet with this number. */
  readonly ownerOf: (packet: number) => string | undefined;
  /** The names of addresses. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** The comments on the packets of `conversations`. */
export function packetComments(conversations: readonly Conversation[], names: CommentNames): PacketComments {
  const comments = new Map<number, string>();
  const escapes = new Map<string, number>();
  for (const conversation of conversations) {
    const first = firstPacketOf(conversation);
    if (first === undefined) continue;
    const reason = reasonOf(conversation);
    if (reason === undefined) continue;
    const { client, server } = conversation;
    const who = names.ownerOf(first) ?? names.hosts.get(client.address) ?? client.address;
    const comment = `${who} tried ${placeOf(server, names.hosts)}: ${reason.text}`;
    comments.set(first, comment);
    if (reason.isEscape) escapes.set(comment, (escapes.get(comment) ?? 0) + 1);
  }
  return {
    comments,
    escapes: [...escapes].map(([comment, count]) => (count === 1 ? comment : `${comment} (${count} times)`)),
  };
}

function reasonOf({ events, server }: Conversation): { readonly text: string; readonly isEscape: boolean } | undefined {
  const unreachable = events.find((event) => event.kind === 'unreachable' && event.from === 'client');
  if (unreachable?.kind === 'unreachable') {
    if (!isInside(server.address)) return { text: 'nothing leaves the network', isEscape: true };
    return { text: unreachable.reason, isEscape: false };
  }
  if (events.some(({ kind }) => kind === 'refuse')) {
    return { text: 'refused, nobody listens there', isEscape: false };
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
