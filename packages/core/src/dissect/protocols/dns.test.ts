import { type Answer, encode, type Packet } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { toldOf } from '../../../test/told.js';
import { join } from '../../bytes/join.js';
import { dnsContent } from './dns.js';

const question = { type: 'A', name: 'web.test' } as const;
const message = (packet: Packet) => Uint8Array.from(encode({ id: 1, questions: [question], ...packet }));
const told = (packet: Packet, port = 53) => dnsContent(message(packet), port)?.summary;
const response = (answers: Answer[]) => told({ type: 'response', answers });

describe('dnsContent', () => {
  it('tells a question', () => {
    expect(told({ type: 'query' })).toBe('DNS query A web.test');
  });

  it.each([
    ['UNKNOWN_65', 'HTTPS'],
    ['UNKNOWN_64', 'SVCB'],
    ['UNKNOWN_65280', 'TYPE65280'],
  ])('tells a question for a type that dns-packet calls %s', (type, name) => {
    const questions = [{ type, name: 'web.test' }] as unknown as Packet['questions'];
    expect(told({ type: 'query', questions })).toBe(`DNS query ${name} web.test`);
  });

  it.each([
    [[{ type: 'A', name: 'web.test', data: '10.53.57.11' }], '10.53.57.11'],
    [[{ type: 'AAAA', name: 'web.test', data: 'fd00::5357:5f0b' }], 'fd00::5357:5f0b'],
    [[{ type: 'CNAME', name: 'web.test', data: 'www.test' }], 'www.test'],
    [[{ type: 'MX', name: 'web.test', data: { preference: 10, exchange: 'mail.test' } }], '10 mail.test'],
    [[{ type: 'SRV', name: 'web.test', data: { port: 80, target: 'web.test' } }], 'web.test:80'],
    [[{ type: 'TXT', name: 'web.test', data: ['a', 'b'] }], '"ab"'],
    [[], 'no such record'],
    [
      [1, 2, 3, 4, 5, 6].map((i) => ({ type: 'A', name: 'web.test', data: `10.0.0.${i}` })),
      '10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, … 2 more',
    ],
  ] as [Answer[], string][])('tells the answer %j', (answers, expected) => {
    expect(response(answers)).toBe(`DNS answer A web.test: ${expected}`);
  });

  it('tells that there is no such name as bad', () => {
    expect(dnsContent(message({ type: 'response', flags: 3 }), 53)).toMatchObject({
      summary: 'DNS answer A web.test: NXDOMAIN',
      tone: 'bad',
    });
  });

  it('recognises DNS on another port, and nothing that is not DNS', () => {
    expect(told({ type: 'query' }, 5300)).toBe('DNS query A web.test');
    expect(dnsContent(new TextEncoder().encode('hello, this is text'), 5300)).toBeUndefined();
    expect(dnsContent(message({ type: 'query' }).subarray(0, -3), 53)).toBeUndefined();
  });

  it('tells messages over TCP', () => {
    const framed = (bytes: Uint8Array) => join([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]);
    const lines = toldOf(
      (it) => it.fromClient(framed(message({ type: 'query' }))).fromServer(framed(message({ type: 'response' }))),
      53,
    );
    expect(lines).toEqual(['client: DNS query A web.test', 'server: DNS answer A web.test: no such record']);
  });
});
