/**
 * Matchers for a network, which `expect.extend()` of Vitest and Jest take as they are.
 */
import type { HostConversation } from '../capture/host-conversation.js';
import type { NetworkCapture } from '../capture/network-capture.js';

/** What a matcher answers: `message` is shown when the expectation fails, with `.not` too. */
export interface MatcherAnswer {
  readonly pass: boolean;
  readonly message: () => string;
}

const LAST_STEPS = 30;

/**
 * `expect(network).toHaveConnected('web', 'db:5432')` and `expect(network).toHaveSent('laptop', 'web', 'GET /users')`.
 *
 * @example
 * expect.extend(networkMatchers);
 */
export const networkMatchers = {
  /** Whether host `client` got a connection to host `server`, to the port that follows a colon if there is one. */
  toHaveConnected(received: unknown, client: string, server: string): MatcherAnswer {
    const capture = captureOf(received, 'toHaveConnected');
    const found = between(capture, client, server).filter(({ isConnected }) => isConnected);
    return answer(capture, found.length > 0, `${client} to have connected to ${server}`);
  },

  /**
   * Whether host `from` sent `content` to host `to`, whichever of them began. Text is looked for, an expression matched,
   * in what the messages say (`GET /users`) and in what was sent, byte for byte.
   */
  toHaveSent(received: unknown, from: string, to: string, content: string | RegExp): MatcherAnswer {
    const capture = captureOf(received, 'toHaveSent');
    const asClient = between(capture, from, to).some((conversation) => hasSent(conversation, 'client', content));
    const isSent = asClient || between(capture, to, from).some((found) => hasSent(found, 'server', content));
    const what = typeof content === 'string' ? JSON.stringify(content) : String(content);
    return answer(capture, isSent, `${from} to have sent ${what} to ${to}`);
  },
};

/** The conversations that `client` began with `server`; each is a host, an address, or one of them with a port. */
function between(capture: NetworkCapture, client: string, server: string): HostConversation[] {
  return capture.conversations().filter((found) => isEnd(found.client, client) && isEnd(found.server, server));
}

function isEnd({ host, address, port }: HostConversation['client'], wanted: string): boolean {
  const name = wanted.toLowerCase();
  return [host, address, `${host}:${port}`, `${address}:${port}`, `[${address}]:${port}`].includes(name);
}

function hasSent(conversation: HostConversation, side: 'client' | 'server', content: string | RegExp): boolean {
  const text = side === 'client' ? conversation.clientText : conversation.serverText;
  const summaries = conversation.messages.filter(({ from }) => from === side).map(({ summary }) => summary);
  return [text, ...summaries].some((said) =>
    typeof content === 'string' ? said.includes(content) : new RegExp(content.source, content.flags).test(said),
  );
}

function answer(capture: NetworkCapture, pass: boolean, what: string): MatcherAnswer {
  const shown = () => capture.text({ last: LAST_STEPS });
  return { pass, message: () => `Expected ${pass ? what.replace(' to have ', ' not to have ') : what}\n\n${shown()}` };
}

function captureOf(received: unknown, matcher: string): NetworkCapture {
  const { capture } = (received ?? {}) as { capture?: NetworkCapture };
  if (typeof capture?.conversations === 'function') return capture;
  throw new TypeError(`expect(…).${matcher}() needs a network, found ${received === null ? 'null' : typeof received}`);
}
