import { describe, expect, it } from 'vitest';
import { golden } from '../../test/golden.js';
import { told, toldOf } from '../../test/told.js';
import { LAPTOP, Traffic, WEB } from '../../test/traffic.js';
import { readPackets } from '../pcap/capture.js';
import type { Conversation, ConversationEvent } from './conversation.js';
import { conversationsIn } from './conversations.js';
import { messagesOf } from './messages.js';

/** What the golden captures of real programs say; `…` stands for the rest of a long line. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'http.pcap': [
    'client: GET /',
    'server: 200 OK · text/html · 15 bytes  "Hello from web\\n"',
    'client: GET /missing',
    'server: 404 Not Found · text/html · 153 bytes  "<html>\\r\\n<head><title>404 Not Found</title></head>\\…',
    'client: POST / · application/json · 12 bytes  {"name":"x"}',
    'server: 405 Not Allowed · text/html · 157 bytes  "<html>\\r\\n<head><title>405 Not Allowed</title></he…',
    'client: DNS query A web.test',
  ],
  'http2.pcap': [
    'client: GET /api (stream 1)',
    'server: 200 (stream 1) · application/json · 11 bytes  {"ok":true}',
    'client: GET /other (stream 3)',
    'server: 404 (stream 3) · 4 bytes  "nope"',
  ],
  'tls.pcap': [
    'client: TLS ClientHello for web.test · ALPN http/1.1 · TLS 1.3',
    'server: TLS ServerHello · TLS 1.3 · AES_256_GCM_SHA384',
    'client: TLS Finished',
    'client: TLS data · 76 bytes',
    'server: TLS data · 700 bytes',
    'client: TLS data · 19 bytes',
    'client: TLS ClientHello for web.test · ALPN http/1.1 · TLS 1.3',
    'server: TLS ServerHello · TLS 1.3 · AES_256_GCM_SHA384',
    'client: TLS ClientHello for web.test · ALPN http/1.1 · TLS 1.3',
    'server: TLS ServerHello · TLS 1.2 · ECDHE_ECDSA_AES_128_GCM_SHA256 · ALPN http/1.1, Certificate, Ser…',
    'client: TLS ClientKeyExchange, Finished',
    'server: TLS NewSessionTicket, Finished',
    'client: TLS data · 83 bytes',
    'server: TLS data · 124 bytes',
    'server: TLS alert (encrypted)',
    'client: TLS alert (encrypted)',
    'client: TLS ClientHello for web.test · ALPN http/1.1 · TLS 1.3',
    'server: TLS ServerHello · TLS 1.2 · ECDHE_ECDSA_AES_128_GCM_SHA256 · ALPN http/1.1, Certificate, Ser…',
    'client: TLS ClientKeyExchange, Finished',
    'server: TLS NewSessionTicket, Finished',
  ],
  'websocket.pcap': [
    'client: GET /chat',
    'server: 101 Switching Protocols',
    'server: WebSocket text · 5 bytes  "hello"',
    'client: WebSocket text · 8 bytes  "hi there"',
    'server: WebSocket close 1000',
  ],
  'mysql.pcap': [
    'server: greeting of 10.11.19-MariaDB-0+deb12u1',
    'client: logs in as root',
    'server: logged in',
    'client: query create database if not exists shop',
    'server: OK · 1 row changed',
    'client: query SELECT DATABASE()',
    'server: 1 row of 1 column · 1 byte  NULL',
    'client: use shop',
    'server: OK',
    'client: query drop table if exists t',
    'server: OK',
    'client: query create table t(a int, b text)',
    'server: OK',
    "client: query insert into t values (1,'x'),(2,'yé'),(3,NULL)",
    'server: OK · 3 rows changed',
    'client: query select * from t',
    'server: 3 rows of 2 columns · 13 bytes  1, "x"',
    'client: query select * from users',
    "server: error 1146 Table 'shop.users' doesn't exist",
    'client: query select 1 as one',
    'server: 1 row of 1 column · 2 bytes  1',
    'client: query call nothing()',
    'server: error 1305 PROCEDURE shop.nothing does not exist',
    "client: query update t set b='z' where a>1",
    'server: OK · 2 rows changed',
    "client: query prepare s from 'select ?'",
    'server: OK',
    'client: query show tables',
    'server: 1 row of 1 column · 2 bytes  "t"',
    'client: quit',
  ],
  'smtp.pcap': [
    'server: 220 mail.test ESMTP',
    'client: EHLO laptop',
    'server: 250 mail.test …',
    'client: MAIL FROM:<a@laptop>',
    'server: 250 2.1.0 ok',
    'client: RCPT TO:<b@web>',
    'server: 250 2.1.0 ok',
    'client: RCPT TO:<nobody@web>',
    'server: 550 5.1.1 no such user',
    'client: DATA',
    'server: 354 go ahead',
    'client: message · 28 bytes  "Subject: Hi\\r\\n\\r\\nHello there\\r\\n"',
    'server: 250 2.0.0 queued',
    'client: QUIT',
    'server: 221 bye',
  ],
  'dns.pcap': [
    'client: DNS query A web.test',
    'server: DNS answer A web.test: 10.53.57.11',
    'client: DNS query AAAA none.test',
    'server: DNS answer AAAA none.test: NXDOMAIN',
  ],
  'redis.pcap': [
    'client: SET user:1 "Ada Lovelace"',
    'server: OK',
    'client: GET user:1',
    'server: "Ada Lovelace"',
    'client: INCR user:1',
    'server: ERR value is not an integer or out of range',
    'client: LPUSH l a b c',
    'server: 3',
    'client: LRANGE l 0 -1',
    'server: ["c", "b", "a"]',
    'client: HELLO 3',
    'server: ["server", "redis", "version", "7.0.15", "proto", 3, "id", 8, … 6 more]',
    'client: HGETALL none',
    'server: []',
  ],
  'postgres.pcap': [
    'client: asks for TLS',
    'server: declines encryption',
    'client: startup user=postgres database=postgres',
    'server: ready',
    'client: query drop table if exists t',
    'server: DROP TABLE',
    'client: query create table t(a int, b text)',
    'server: CREATE TABLE',
    "client: query insert into t values (1,'x'),(2,'y')",
    'server: INSERT 0 2',
    'client: query select * from t',
    'server: SELECT 2',
    'client: query select * from users',
    'server: error 42P01 relation "users" does not exist',
    'client: query copy t to stdout',
    'server: sends copy data',
    'server: COPY 2',
    'client: terminate',
  ],
  'cut.pcap': [
    'client: GET /big',
    'server: 200 OK · 14.0 kB  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
    'client: GET /cut',
    'server: 200 OK · 9 of 1000 bytes  "only this" (incomplete)',
  ],
  'unknown.pcap': [
    'server: 9 bytes  "HELLO v1\\n"',
    'client: 9 bytes  "IDENT me\\n"',
    'server: 6 bytes  00 01 02 ff fe 03  ......',
    'client: 5 bytes  "boom\\n"',
  ],
};

/** The same conversation, as if each packet had brought one byte. */
function byteByByte(conversation: Conversation): Conversation {
  const events = conversation.events.flatMap((event): ConversationEvent[] =>
    event.kind === 'data' ? Array.from(event.bytes, (byte) => ({ ...event, bytes: Uint8Array.of(byte) })) : [event],
  );
  return { ...conversation, events };
}

describe('messagesOf', () => {
  it.each(Object.entries(TOLD))('tells what was said in %s', (name, expected) => {
    expect(
      conversationsIn(readPackets(golden(name)))
        .flatMap(messagesOf)
        .map(told),
    ).toEqual(expected);
  });

  it.each(Object.entries(TOLD))('tells the same of %s when every byte comes alone', (name, expected) => {
    const conversations = conversationsIn(readPackets(golden(name)));
    const split = conversations.map((conversation) =>
      conversation.transport === 'tcp' ? byteByByte(conversation) : conversation,
    );
    expect(split.flatMap(messagesOf).map(told)).toEqual(expected);
  });

  it('gives the packets and times that a message took', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().fromClient('GET / HTTP/1.1\r\n').fromClient('\r\n');
    const [message] = conversationsIn(traffic.capture().packets).flatMap(messagesOf);
    expect(message).toEqual({
      from: 'client',
      protocol: 'http',
      role: 'request',
      summary: 'GET /',
      packet: 3,
      startNs: 1_700_000_000_003_000_000n,
      endNs: 1_700_000_000_004_000_000n,
      bytes: 18,
      isComplete: true,
    });
  });

  it('puts data together that nobody knows, until the other side speaks or a pause comes', () => {
    const traffic = new Traffic();
    const connection = traffic
      .connection(LAPTOP, WEB)
      .open()
      .fromClient('a')
      .fromClient('b')
      .fromServer('c')
      .fromClient('d');
    traffic.wait(100);
    connection.fromClient('e');
    expect(conversationsIn(traffic.capture().packets).flatMap(messagesOf).map(told)).toEqual([
      'client: 2 bytes  "ab"',
      'server: 1 byte  "c"',
      'client: 1 byte  "d"',
      'client: 1 byte  "e"',
    ]);
  });

  it('shows what follows a gap as it is', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().fromClient('GET / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc');
    traffic.tcp(LAPTOP, WEB, { sequence: 1100, acknowledgment: 5001, data: 'xyz' });
    expect(conversationsIn(traffic.capture().packets).flatMap(messagesOf).map(told)).toEqual([
      'client: GET / · 3 of 9 bytes  "abc" (incomplete)',
      'client: 3 bytes  "xyz"',
    ]);
  });

  it('makes control characters harmless', () => {
    expect(toldOf((it) => it.fromClient('GET /\u001b[2J HTTP/1.1\r\n\r\n'))).toEqual(['client: GET /\\u001b[2J']);
    expect(toldOf((it) => it.fromClient('\u001b]0;x\u0007'))).toEqual(['client: 6 bytes  1b 5d 30 3b 78 07  .]0;x.']);
  });
});
