import { describe, expect, it } from 'vitest';
import { LAPTOP, Traffic, udpPacket, WEB } from '../../test/traffic.js';
import { streamOf } from '../dissect/conversation.js';
import { conversationsIn } from '../dissect/conversations.js';
import { renewChecksums } from './checksums.js';
import { Redaction } from './redaction.js';

/** What the client sends in `parts`, after `patterns` were taken out. */
function redacted(parts: readonly string[], patterns: ConstructorParameters<typeof Redaction>[0]): string {
  const traffic = new Traffic();
  const connection = traffic.connection(LAPTOP, WEB).open();
  for (const part of parts) connection.fromClient(part);
  const { packets } = traffic.capture();
  new Redaction(patterns).packets(packets, conversationsIn(packets));
  const [conversation] = conversationsIn(packets);
  return conversation === undefined ? '' : Buffer.from(streamOf(conversation, 'client')).toString();
}

describe('Redaction', () => {
  it.each([
    ['in one segment', ['GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\n\r\n']],
    ['across segments', ['GET / HTTP/1.1\r\nAutho', 'rization: Be', 'arer abc\r', '\n\r\n']],
    ['byte by byte', [...'GET / HTTP/1.1\r\nAuthorization: Bearer abc\r\n\r\n']],
  ])('writes over a header %s, and over nothing else', (_how, parts) => {
    expect(redacted(parts, [/authorization: .*/i])).toBe(`GET / HTTP/1.1\r\n${'x'.repeat(25)}\r\n\r\n`);
  });

  it('takes an expression as text, which ignores case, and with its flags between slashes', () => {
    expect(redacted(['Key KEY key'], ['key'])).toBe('xxx xxx xxx');
    expect(redacted(['Key KEY key'], ['/key/'])).toBe('Key KEY xxx');
    expect(redacted(['a.b'], ['/A\\.B/i'])).toBe('xxx');
  });

  it('keeps line ends inside of what it takes out', () => {
    expect(redacted(['one\r\ntwo\r\n'], [/[\s\S]+/])).toBe('xxx\r\nxxx\r\n');
    expect(new Redaction([/[\s\S]+/]).text('one\ntwo')).toBe('xxx\nxxx');
  });

  it('takes out of coloured text what it would without colours', () => {
    const styled = '\u001b[31m- a sec\u001b[7mret\u001b[27m\n\u001b[39mno';
    expect(new Redaction(['secret']).styledText(styled)).toBe('\u001b[31m- a xxx\u001b[7mxxx\u001b[27m\n\u001b[39mno');
    expect(new Redaction(['31m']).styledText(styled)).toBe(styled);
  });

  it('looks into each datagram, and into segments that were sent again', () => {
    const traffic = new Traffic().udp(LAPTOP, WEB, 'secret').udp(LAPTOP, WEB, 'sec').udp(LAPTOP, WEB, 'ret');
    const segment = { sequence: 1000, data: 'my secret' };
    traffic.tcp(LAPTOP, WEB, segment).tcp(LAPTOP, WEB, segment);
    const { packets } = traffic.capture();
    new Redaction(['secret']).packets(packets, conversationsIn(packets));
    const payloads = packets.map(({ data }) =>
      Buffer.from(data)
        .toString('latin1')
        .replace(/^[\s\S]*[^a-z ]/, ''),
    );
    expect(payloads).toEqual(['xxxxxx', 'sec', 'ret', 'my xxxxxx', 'my xxxxxx']);
  });

  it('changes nothing without patterns', () => {
    expect(redacted(['secret'], [])).toBe('secret');
    expect(new Redaction().isEmpty).toBe(true);
  });

  it('refuses an expression that was lost on the way, and says how to write it', () => {
    const pattern = JSON.parse(JSON.stringify(/secret/)) as RegExp;
    expect(() => new Redaction([pattern])).toThrow(
      'Cannot redact {}: it is neither an expression nor text; where options travel as JSON, write it as text, /…/i with its slashes',
    );
  });

  it('refuses what is no expression', () => {
    expect(() => new Redaction(['('])).toThrow(
      expect.objectContaining({
        name: 'NetworkError',
        code: 'BAD_REDACTION',
        message: 'Cannot redact "(": Invalid regular expression: /(/gi: Unterminated group',
      }),
    );
  });
});

describe('renewChecksums', () => {
  it('leaves a datagram alone whose sender made none', () => {
    const packet = udpPacket(LAPTOP, WEB, 'ping');
    const before = packet.slice();
    renewChecksums(packet);
    expect(packet).toEqual(before);
  });

  it.each([0, 1, 19, 20, 27])('leaves a packet of %i bytes alone', (length) => {
    const packet = udpPacket(LAPTOP, WEB, 'ping').slice(0, length);
    const before = packet.slice();
    renewChecksums(packet);
    expect(packet).toEqual(before);
  });
});
