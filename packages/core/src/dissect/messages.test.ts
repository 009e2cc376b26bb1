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
  'memcached.pcap': [
    'client: set colour · 5 bytes  "green"',
    'client: get colour',
    'client: get nothing',
    'client: get colour nothing',
    'client: gets colour',
    'client: set n · 1 byte  "7"',
    'client: incr n 3',
    'client: incr colour 1',
    'client: set quiet · 2 bytes  "ok"',
    'client: get colour n quiet',
    'client: delete colour',
    'client: delete colour',
    'client: touch n 10',
    'client: add n · 1 byte  "1"',
    'client: nonsense',
    'server: STORED',
    'server: VALUE colour · 5 bytes  "green"',
    'server: nothing found',
    'server: VALUE colour · 5 bytes  "green"',
    'server: VALUE colour · 5 bytes  "green"',
    'server: STORED',
    'server: 10',
    'server: CLIENT_ERROR cannot increment or decrement non-numeric value',
    'server: 3 values · 9 bytes  "green"',
    'server: DELETED',
    'server: NOT_FOUND',
    'server: TOUCHED',
    'server: NOT_STORED',
    'server: ERROR',
    'client: mn',
    'client: ms a 2 · 2 bytes  "hi"',
    'client: mg a v t',
    'client: mg b v',
    'client: version',
    'client: stats items',
    'client: flush_all',
    'client: quit',
    'server: MN',
    'server: HD',
    'server: VA · 2 bytes  "hi"',
    'server: EN',
    'server: VERSION 1.6.18',
    'server: 28 statistics',
    'server: OK',
  ],
  'mqtt.pcap': [
    'client: CONNECT screen · MQTT 5',
    'server: CONNACK',
    'client: SUBSCRIBE 1 room/# (QoS 1), secret/x (QoS 1)',
    'server: SUBACK 1',
    'server: PUBLISH room/1 · 4 bytes  "21.5"',
    'server: PUBLISH 1 room/3 · QoS 1 · 3000 bytes  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
    'client: PUBACK 1',
    'client: DISCONNECT',
    'client: CONNECT sensor · MQTT 3.1.1',
    'server: CONNACK',
    'client: PUBLISH room/1 · retained · 4 bytes  "21.5"',
    'client: DISCONNECT',
    'client: CONNECT sensor · MQTT 5 · will room/gone · user ada',
    'server: CONNACK',
    'client: PUBLISH 1 room/2 · QoS 1 · 18 bytes  {"temperature":22}',
    'server: PUBACK 1 · not authorized',
    'client: DISCONNECT',
    'client: CONNECT sensor · MQTT 3.1.1',
    'server: CONNACK',
    'client: PUBLISH 1 room/3 · QoS 2 · 3000 bytes  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
    'server: PUBREC 1',
    'client: PUBREL 1',
    'server: PUBCOMP 1',
    'client: DISCONNECT',
    'client: CONNECT sensor · MQTT 5',
    'server: CONNACK',
    'client: PUBLISH 1 secret/y · QoS 1 · 2 bytes  "no"',
    'server: PUBACK 1 · not authorized',
    'client: DISCONNECT',
    'client: CONNECT old · MQTT 3.1',
    'server: CONNACK',
    'client: SUBSCRIBE 1 room/1',
    'server: SUBACK 1',
    'server: PUBLISH room/1 · retained · 4 bytes  "21.5"',
    'client: DISCONNECT',
  ],
  'amqp.pcap': [
    'client: begins AMQP 0-9-1',
    'server: connection.start',
    'client: connection.start-ok PLAIN',
    'server: connection.tune',
    'client: connection.tune-ok',
    'client: connection.open /',
    'server: connection.open-ok',
    'client: channel.open',
    'server: channel.open-ok',
    'client: queue.declare tasks · durable',
    'server: queue.declare-ok tasks · 0 messages, 0 consumers',
    'client: exchange.declare logs topic · durable',
    'server: exchange.declare-ok',
    'client: queue.bind tasks to exchange logs, key app.*',
    'server: queue.bind-ok',
    'client: basic.publish to queue tasks · 5 bytes  "hello"',
    'client: basic.publish to exchange logs, key app.error · application/json · 24 bytes  {"error":"no such user"}',
    'client: basic.publish to exchange logs, key app.zip · gzip · 32 bytes  "zipped words"',
    'client: basic.publish to exchange logs, key nobody · 4 bytes  "lost"',
    'client: basic.get tasks',
    'server: basic.return 312 NO_ROUTE · to exchange logs, key nobody · 4 bytes  "lost"',
    'server: basic.get-ok 1 from queue tasks · 5 bytes  "hello"',
    'client: basic.ack 1',
    'client: basic.consume tasks',
    'server: basic.consume-ok',
    'server: basic.deliver 2 from exchange logs, key app.error · application/json · 24 bytes  {"error":"n…',
    'server: basic.deliver 3 from exchange logs, key app.zip · gzip · 32 bytes  "zipped words"',
    'client: basic.nack 2',
    'client: basic.ack 3',
    'client: basic.get tasks',
    'server: basic.get-empty',
    'client: basic.publish to exchange logs, key app.big · 3000 bytes  "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…',
    'client: channel.open (channel 2)',
    'server: channel.open-ok (channel 2)',
    'server: basic.deliver 4 from exchange logs, key app.big · 3000 bytes  "yyyyyyyyyyyyyyyyyyyyyyyyyyyyy…',
    'client: basic.ack 4',
    'client: queue.declare none · passive · durable (channel 2)',
    "server: channel.close 404 NOT_FOUND - no queue 'none' in vhost '/' (channel 2)",
    'client: connection.close',
    'server: connection.close-ok',
    'client: channel.close-ok (channel 2)',
    'client: begins AMQP 0-9-1',
    'server: connection.start',
    'client: connection.start-ok PLAIN',
    'server: connection.close 403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN…',
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
