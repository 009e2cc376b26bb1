/**
 * Matchers for a network, which `expect.extend()` of Vitest and Jest take as they are.
 */
import { isIPv6 } from 'node:net';
import { isRegExp } from 'node:util/types';
import { isPort } from '../address/endpoint.js';
import type { HostConversation } from '../capture/host-conversation.js';
import type { NetworkCapture } from '../capture/network-capture.js';
import type { Side } from '../dissect/conversation.js';
import { markedSummary } from '../dissect/protocols/message.js';
import { shown } from '../options/assert-options.js';
import { shortened } from '../render/text-width.js';

/** What a matcher answers: `message` is shown when the expectation fails, with `.not` too. */
export interface MatcherAnswer {
  readonly pass: boolean;
  readonly message: () => string;
}

/** How many lines say what there was instead. */
const MAX_FOUND = 12;
/** How much of a message is quoted. */
const FOUND_WIDTH = 100;

/**
 * `expect(network).toHaveConnected('web', 'db:5432')` and `expect(network).toHaveSent('laptop', 'web', 'GET /users')`.
 *
 * @example
 * expect.extend(networkMatchers);
 */
export const networkMatchers = {
  /** Whether host `client` got a connection to host `server`, to the port that follows a colon if there is one. */
  toHaveConnected(received: unknown, client: string, server: string): MatcherAnswer {
    assertHosts('toHaveConnected', client, server);
    const all = captureOf(received, 'toHaveConnected').conversations();
    const pass = between(all, client, server).some(({ isConnected }) => isConnected);
    return {
      pass,
      message: () =>
        pass
          ? `Expected ${client} not to have connected to ${server}, which it did`
          : `Expected ${client} to have connected to ${server}\n\n${connectionsOf(all, client)}`,
    };
  },

  /**
   * Whether host `from` sent `content` to host `to`, whichever of them began. Text is looked for, an expression matched,
   * in what the messages say (`GET /users`) and in what was sent, byte for byte; inside TLS as well.
   */
  toHaveSent(received: unknown, from: string, to: string, content: string | RegExp): MatcherAnswer {
    assertHosts('toHaveSent', from, to);
    if (typeof content !== 'string' && !isRegExp(content)) {
      throw new TypeError(`toHaveSent() got ${shown(content)} as what was sent: text or an expression is needed`);
    }
    const all = captureOf(received, 'toHaveSent').conversations();
    const asClient = between(all, from, to).map((conversation) => ({ conversation, side: 'client' as const }));
    const asServer = between(all, to, from).map((conversation) => ({ conversation, side: 'server' as const }));
    const sendings = [...asClient, ...asServer];
    const pass = sendings.some(({ conversation, side }) => hasSent(conversation, side, content));
    const what = typeof content === 'string' ? JSON.stringify(content) : String(content);
    return {
      pass,
      message: () =>
        `Expected ${from} ${pass ? 'not to have sent' : 'to have sent'} ${what} to ${to}\n\n${messagesOf(sendings, from, to)}`,
    };
  },
};

/** What one side of a conversation sent. */
interface Sending {
  readonly conversation: HostConversation;
  readonly side: Side;
}

/** Whom `client` connected to instead. The whole traffic is told with the failure of the test. */
function connectionsOf(all: readonly HostConversation[], client: string): string {
  const own = all.filter((conversation) => isEnd(conversation.client, client));
  if (own.length === 0) return `${client} has connected to nobody`;
  const counts = new Map<string, number>();
  for (const { server, transport, isConnected } of own) {
    const place = `${server.host}:${server.port}${transport === 'udp' ? ' (UDP)' : ''}`;
    const line = isConnected ? place : `${place}, in vain`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts].map(([line, count]) => (count === 1 ? line : `${line}, ${count} times`));
  return [`${client} has connected to`, ...listed(lines)].join('\n');
}

/** What was sent that way. */
function messagesOf(sendings: readonly Sending[], from: string, to: string): string {
  const lines = sendings.flatMap(({ conversation, side }) =>
    conversation.messages
      .filter((message) => message.from === side)
      .map((message) => shortened(`${markedSummary(message)}  ${message.excerpt ?? ''}`.trimEnd(), FOUND_WIDTH)),
  );
  if (lines.length > 0) return [`${from} has sent to ${to}`, ...listed(lines)].join('\n');
  return `${from} has sent nothing to ${to}`;
}

/** The last of `lines`, which a failure is mostly about. */
function listed(lines: readonly string[]): string[] {
  const more = lines.length - MAX_FOUND;
  const shown = lines.slice(-MAX_FOUND).map((line) => `  ${line}`);
  return more > 0 ? [`  … ${more} more`, ...shown] : shown;
}

/** The conversations that `client` began with `server`; each is a host, an address, or one of them with a port. */
function between(all: readonly HostConversation[], client: string, server: string): HostConversation[] {
  return all.filter((found) => isEnd(found.client, client) && isEnd(found.server, server));
}

function isEnd({ host, address, port }: HostConversation['client'], wanted: string): boolean {
  const name = wanted.toLowerCase();
  return [host, address, `[${address}]`, `${host}:${port}`, `${address}:${port}`, `[${address}]:${port}`].includes(
    name,
  );
}

function hasSent(conversation: HostConversation, side: Side, content: string | RegExp): boolean {
  const text = side === 'client' ? conversation.clientText : conversation.serverText;
  const summaries = conversation.messages.filter(({ from }) => from === side).map(({ summary }) => summary);
  return [text, ...summaries].some((said) =>
    typeof content === 'string' ? said.includes(content) : new RegExp(content.source, content.flags).test(said),
  );
}

/** What is wrong here would otherwise be met by nothing, and `.not` would pass. */
function assertHosts(matcher: string, ...hosts: readonly unknown[]): void {
  for (const host of hosts) {
    if (typeof host === 'string' && isPlace(host)) continue;
    throw new TypeError(
      `${matcher}() got ${shown(host)} as a host: a name or an address is needed, with a port or without, as in 'db:5432'`,
    );
  }
}

/** A name or an address, perhaps with the number of a port behind it. A URL is none, nor is the name of a service. */
function isPlace(text: string): boolean {
  if (isIPv6(text)) return true;
  const [, port] = /^(?:\[[\da-f:.]+\]|[^\s/:[\]]+)(?::([1-9]\d*))?$/i.exec(text) ?? [text, '0'];
  return port === undefined || isPort(Number(port));
}

function captureOf(received: unknown, matcher: string): NetworkCapture {
  const { capture } = (received ?? {}) as { capture?: NetworkCapture };
  if (typeof capture?.conversations === 'function') return capture;
  throw new TypeError(`expect(…).${matcher}() needs a network, found ${received === null ? 'null' : typeof received}`);
}
