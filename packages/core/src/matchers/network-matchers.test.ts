import { describe, expect, it } from 'vitest';
import { networkMatchers } from './network-matchers.js';

const { toHaveConnected, toHaveSent } = networkMatchers;
const network = { capture: { conversations: () => [] } };
const nothing = undefined as unknown as string;

describe('networkMatchers', () => {
  it.each([
    ['toHaveConnected', () => toHaveConnected(network, 'web', nothing)],
    ['toHaveSent', () => toHaveSent(network, nothing, 'db', 'x')],
  ])('%s() throws without a host, where .not would pass', (matcher, ask) => {
    const message = `${matcher}() got undefined as a host: a name or an address is needed, as in 'db:5432'`;
    expect(ask).toThrow(new TypeError(message));
  });

  it('throws for what is neither text nor an expression', () => {
    const ask = () => toHaveSent(network, 'web', 'db', 5 as unknown as string);
    expect(ask).toThrow(new TypeError('toHaveSent() got 5 as what was sent: text or an expression is needed'));
  });

  it('throws for what is no network', () => {
    const ask = () => toHaveConnected(null, 'web', 'db');
    expect(ask).toThrow(new TypeError('expect(…).toHaveConnected() needs a network, found null'));
  });
});
