import { describe, expect, it } from 'vitest';
import type { Conversation } from '../dissect/conversation.js';
import { type Listener, refusalHint } from './refusal-hint.js';

function refused(address: string, port = 80): Conversation {
  return { transport: 'tcp', server: { address, port } } as Conversation;
}

function listener(address: string, port: number, more: Partial<Listener> = {}): Listener {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const wildcard = address === '0.0.0.0' || address === '::';
  const local = { address, port };
  return { transport: 'tcp', family, interfaceId: 11, host: 'web', state: 'listening', local, wildcard, ...more };
}

describe('refusalHint', () => {
  it.each([
    [
      'the loopback alone',
      [listener('127.0.0.1', 80), listener('::1', 80)],
      'web listens on 127.0.0.1:80, [::1]:80, which only web itself reaches',
    ],
    ['another port', [listener('0.0.0.0', 8000), listener('::', 8443)], 'web listens on 0.0.0.0:8000, [::]:8443'],
    ['the other family', [listener('fd00::5357:5f0b', 80)], 'web listens on [fd00::5357:5f0b]:80'],
    ['the place itself, by now', [listener('::', 80)], 'web listens there by now'],
    [
      'many places',
      [1, 2, 3, 4, 5, 6].map((port) => listener('0.0.0.0', port)),
      'web listens on 0.0.0.0:1, 0.0.0.0:2, 0.0.0.0:3, 0.0.0.0:4 and 2 more places',
    ],
  ])('says that the host listens on %s', (_, sockets, hint) => {
    expect(refusalHint(refused('10.53.57.11'), sockets)).toBe(hint);
  });

  it('does not count an IPv4 wildcard for an IPv6 address', () => {
    expect(refusalHint(refused('fd00::5357:5f0b'), [listener('0.0.0.0', 80)])).toBe('web listens on 0.0.0.0:80');
  });

  it.each([
    ['is another host', { interfaceId: 12, host: 'db' }],
    ['does not listen', { state: 'connected' }],
    ['is of the other transport', { transport: 'udp' }],
  ] as const)('says nothing of a socket that %s', (_, more) => {
    expect(refusalHint(refused('10.53.57.11'), [listener('0.0.0.0', 80, more)])).toBeUndefined();
  });

  it('tells of a UDP socket that waits at another port', () => {
    const waiting = listener('0.0.0.0', 5353, { transport: 'udp', state: 'bound' });
    const lost = { ...refused('10.53.57.11', 53), transport: 'udp' } as const;
    expect(refusalHint(lost, [waiting])).toBe('web listens on 0.0.0.0:5353');
  });
});
