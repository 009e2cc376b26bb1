import type { Conversation, Peer } from '../dissect/conversation.js';
import { messagesOf } from '../dissect/messages.js';

/** Whether to show a conversation. */
export type ConversationFilter = (conversation: Conversation) => boolean;

/**
 * The filter that `expression` stands for: words, all of which must hold, each turned round by a `!` before it.
 *
 * A word is a host, an address, `host:port`, `:port`, `tcp`, `udp`, a protocol such as `http`, the number of a conversation
 * as `#3`, or anything else between slashes: an expression that a message matches, without regard to case.
 *
 * @throws {SyntaxError} for an expression between slashes that is none.
 * @example
 * conversationFilter('web:80 !/GET \/health/', names);
 */
export function conversationFilter(expression: string, names: ReadonlyMap<string, string>): ConversationFilter {
  const words = expression.match(/!?\/(?:\\.|[^\\/])*\/|\S+/g) ?? [];
  const tests = words.map((word) => {
    const isNegated = word.startsWith('!');
    const test = wordTest(isNegated ? word.slice(1) : word, names);
    return isNegated ? (conversation: Conversation) => !test(conversation) : test;
  });
  return (conversation) => tests.every((test) => test(conversation));
}

function wordTest(word: string, names: ReadonlyMap<string, string>): ConversationFilter {
  const pattern = /^\/(?<source>.*)\/$/s.exec(word)?.groups?.['source'];
  if (pattern !== undefined) {
    const expression = new RegExp(pattern, 'i');
    return (conversation) => messagesOf(conversation).some(({ summary }) => expression.test(summary));
  }
  if (/^#\d+$/.test(word)) return ({ id }) => id === Number(word.slice(1));

  const wanted = word.toLowerCase();
  return (conversation) => {
    const { transport, client, server } = conversation;
    const ends = [client, server].flatMap((peer) => endNames(peer, names));
    if (transport === wanted || ends.includes(wanted)) return true;
    return /^[a-z]+[0-9]*$/.test(wanted) && messagesOf(conversation).some(({ protocol }) => protocol === wanted);
  };
}

function endNames({ address, port }: Peer, names: ReadonlyMap<string, string>): string[] {
  const name = (names.get(address) ?? address).toLowerCase();
  return [name, address, `${name}:${port}`, `${address}:${port}`, `[${address}]:${port}`, `:${port}`];
}
