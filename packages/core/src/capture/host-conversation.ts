/**
 * Conversations as a test speaks of them: between hosts, not addresses.
 */
import { type Conversation, type Peer, type Side, streamOf } from '../dissect/conversation.js';
import { withoutTls } from '../dissect/decrypted-streams.js';
import { messagesOf } from '../dissect/messages.js';
import type { Message } from '../dissect/protocols/message.js';

/** One end of a conversation. */
export interface HostPeer extends Peer {
  /** The name of the host; the address when it is of none. */
  readonly host: string;
}

/** A conversation between hosts of a network. */
export interface HostConversation extends Omit<Conversation, 'client' | 'server'> {
  readonly client: HostPeer;
  readonly server: HostPeer;
  /** Whether the server took the connection; a UDP server, whether it was there. */
  readonly isConnected: boolean;
  /** What was said, one for each request and answer: `GET /users`, `200 OK · application/json · 12 bytes`. */
  readonly messages: readonly Message[];
  /** What the client sent, decoded as UTF-8; of a TLS connection whose keys are known, what was inside. */
  readonly clientText: string;
  /** What the server sent, likewise. */
  readonly serverText: string;
}

/** `conversation` with the names of its hosts. What takes time is worked out when it is asked for. */
export function hostConversation(conversation: Conversation, names: ReadonlyMap<string, string>): HostConversation {
  const named = (peer: Peer): HostPeer => ({ ...peer, host: names.get(peer.address) ?? peer.address });
  let messages: readonly Message[] | undefined;
  let spoken: Conversation | undefined;
  const textOf = (side: Side) => {
    spoken ??= withoutTls(conversation);
    return Buffer.from(streamOf(spoken, side)).toString();
  };
  return {
    ...conversation,
    client: named(conversation.client),
    server: named(conversation.server),
    isConnected: isConnected(conversation),
    get messages() {
      messages ??= messagesOf(conversation);
      return messages;
    },
    get clientText() {
      return textOf('client');
    },
    get serverText() {
      return textOf('server');
    },
  };
}

function isConnected({ transport, events }: Conversation): boolean {
  if (transport === 'udp') return !events.some(({ kind }) => kind === 'unreachable');
  return events.some(({ kind }) => kind === 'accept') || events.some(({ kind }) => kind === 'data');
}
