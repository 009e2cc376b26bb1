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
    const message = `${matcher}() got undefined as a host: a name or an address is needed, with a port or without, as in 'db:5432'`;
    expect(ask).toThrow(new TypeError(message));
  });

  it.each([
    '',
    'db:postgresql',
    'db:',
    'db:0',
    'db:05432',
    'db:65536',
    'http://db',
    'db:80/users',
    '[fd00::1]:http',
    'fd00:1:2:3:4:5:6:7:80',
  ])('throws for %j, which nobody is ever called', (server) => {
    expect(() => toHaveConnected(network, 'web', server)).toThrow(
      new TypeError(
        `toHaveConnected() got '${server}' as a host: a name or an address is needed, with a port or without, as in 'db:5432'`,
      ),
    );
  });

  it.each([
    'db',
    'DB:5432',
    'my_db.test:65535',
    '10.53.57.11',
    '10.53.57.11:80',
    'fd00::5357:5f0b',
    '[fd00::5357:5f0b]:80',
  ])('takes %j', (server) => {
    expect(toHaveConnected(network, 'web', server).pass).toBe(false);
  });

  it('knows an address in brackets', () => {
    const client = { host: 'web', address: 'fd00::5357:5f0a', port: 32768 };
    const server = { host: 'db', address: 'fd00::5357:5f0b', port: 5432 };
    const met = { capture: { conversations: () => [{ client, server, isConnected: true }] } };
    expect(toHaveConnected(met, 'web', '[fd00::5357:5f0b]').pass).toBe(true);
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
