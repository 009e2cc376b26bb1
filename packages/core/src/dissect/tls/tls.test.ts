import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { golden } from '../../../test/golden.js';
import { told } from '../../../test/told.js';
import { readCapture } from '../../pcap/capture.js';
import type { Packet } from '../../pcapng/packet.js';
import { type Conversation, streamOf } from '../conversation.js';
import { conversationsIn } from '../conversations.js';
import { decryptedStreams, withoutTls } from '../decrypted-streams.js';
import { messagesOf } from '../messages.js';
import type { Message } from '../protocols/message.js';
import { TlsKeyLog, tlsKeysIn } from './key-log.js';

const { packets, blocks } = readCapture(golden('tls-keys.pcapng'));
const tlsKeys = tlsKeysIn(blocks);

const messagesIn = (damaged: readonly Packet[] = packets): Message[] =>
  conversationsIn(damaged, { tlsKeys }).flatMap(messagesOf);
const inside = (messages: readonly Message[]): string[] =>
  messages.filter(({ isDecrypted }) => isDecrypted === true).map(told);
const dataOf = (conversation: Conversation) =>
  (['client', 'server'] as const).map((side) => Buffer.from(streamOf(conversation, side)).toString('latin1'));

const ALL = [
  'client: GET /one',
  'server: 200 OK · text/plain · 11 bytes  "hello /one\\n"',
  'client: GET /two (stream 1)',
  'server: 200 (stream 1) · text/plain · 11 bytes  "hello /two\\n"',
  'client: POST /three · application/x-www-form-urlencoded · 10 bytes  "name=value"',
  'server: 200 OK · text/plain · 13 bytes  "hello /three\\n"',
];

/** The packets that bring bytes of a stream, and where these begin. */
const withData = packets.flatMap(({ data }, index) => {
  const start = ((data[0] ?? 0) & 0x0f) * 4;
  const dataStart = start + ((data[start + 12] ?? 0) >> 4) * 4;
  return dataStart < data.byteLength ? [{ index, dataStart, length: data.byteLength - dataStart }] : [];
});

describe('tls', () => {
  it('tells what was said inside, where the keys are known', () => {
    expect(inside(messagesIn())).toEqual(ALL);
  });

  it('tells the messages of the handshake that TLS 1.3 encrypts, and alerts', () => {
    const [, , third] = conversationsIn(packets, { tlsKeys });
    const outside = third === undefined ? [] : messagesOf(third).filter(({ isDecrypted }) => isDecrypted === undefined);
    expect(outside.map(({ from, summary }) => `${from}: ${summary}`)).toEqual([
      'client: TLS ClientHello for web · ALPN http/1.1 · TLS 1.3',
      'server: TLS ServerHello · TLS 1.3 · AES_256_GCM_SHA384, EncryptedExtensions · ALPN http/1.1, Certificate, CertificateVerify, Finished',
      'client: TLS Finished',
      'server: TLS 2 × NewSessionTicket',
      'client: TLS alert: close notify',
    ]);
  });

  it('tells how much was said, where the keys are not known', () => {
    const messages = conversationsIn(packets, { tlsKeys: new TlsKeyLog([]) }).flatMap(messagesOf);
    expect(inside(messages)).toEqual([]);
    expect(messages.map(({ summary }) => summary)).toContain('TLS data · 128 bytes');
  });

  it('gives what both sides said, for everyone who looks for bytes', () => {
    const [first] = conversationsIn(packets, { tlsKeys });
    expect(first && dataOf(withoutTls(first))).toEqual([
      expect.stringMatching(/^GET \/one HTTP\/1\.1\r\n[\s\S]*opensesame\r\n/),
      expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhello \/one\n$/),
    ]);
  });

  it('says that a record is damaged, and tells what came before it', () => {
    const lastOfClient = withData.findLast(({ length }) => length === 128 + 5);
    const damaged = packets.map((packet, index) => (index === lastOfClient?.index ? flipped(packet, 60) : packet));
    const messages = messagesIn(damaged);
    expect(inside(messages)).toEqual(ALL.slice(1));
    expect(messages.map(({ summary }) => summary)).toContain(
      'TLS data · 128 bytes, not decrypted: a record is damaged',
    );
  });

  it('tells nothing that was not said, whatever is damaged, missing or out of order', () => {
    const said = new Set(
      conversationsIn(packets, { tlsKeys }).flatMap((conversation) => dataOf(withoutTls(conversation))),
    );
    const isPartOfWhatWasSaid = (data: string) => [...said].some((all) => all.startsWith(data));
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), which: fc.nat(withData.length - 1), at: fc.nat(2000) }),
      fc.record({ kind: fc.constant('drop' as const), which: fc.nat(withData.length - 1) }),
      fc.record({ kind: fc.constant('swap' as const), which: fc.nat(withData.length - 2) }),
      fc.record({ kind: fc.constant('end' as const), which: fc.nat(withData.length - 1) }),
    );
    fc.assert(
      fc.property(damage, (how) => {
        const { index = 0, dataStart = 0, length = 1 } = withData[how.which] ?? {};
        const copy = packets.map((packet) => packet);
        const [here, next] = [copy[index], copy[index + 1]];
        if (how.kind === 'flip' && here !== undefined) copy[index] = flipped(here, dataStart + (how.at % length));
        if (how.kind === 'drop') copy.splice(index, 1);
        if (how.kind === 'swap' && here !== undefined && next !== undefined) copy.splice(index, 2, next, here);
        if (how.kind === 'end') copy.splice(index);
        for (const conversation of conversationsIn(copy, { tlsKeys })) {
          messagesOf(conversation);
          const streams = decryptedStreams(conversation);
          if (streams === undefined) continue;
          for (const data of dataOf({ ...conversation, events: streams.inside })) {
            expect(isPartOfWhatWasSaid(data)).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

function flipped(packet: Packet, at: number): Packet {
  const data = Uint8Array.from(packet.data);
  data[at] = (data[at] ?? 0) ^ 0x10;
  const { timestampNs, originalLength, capturedLength, options } = packet;
  return { interface: packet.interface, timestampNs, originalLength, capturedLength, options, data };
}
