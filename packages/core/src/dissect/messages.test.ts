import { describe, expect, it } from 'vitest';
import { golden } from '../../test/golden.js';
import { type Connection, LAPTOP, Traffic, WEB } from '../../test/traffic.js';
import { readPackets } from '../pcap/capture.js';
import { join } from '../pcap/join.js';
import type { Conversation } from './conversation.js';
import { conversationsIn } from './conversations.js';
import { messagesOf } from './messages.js';
import type { Message } from './protocols/message.js';

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

const MAX_LENGTH = 110;

function told({ from, summary, excerpt, isComplete }: Message): string {
  const text = `${from}: ${summary}${excerpt === undefined ? '' : `  ${excerpt}`}${isComplete ? '' : ' (incomplete)'}`;
  return text.length > MAX_LENGTH ? `${text.slice(0, 100)}…` : text;
}

/** The same conversation, as if each packet had brought one byte. */
function byteByByte(conversation: Conversation): Conversation {
  const events = conversation.events.flatMap((event) =>
    event.kind === 'data' ? Array.from(event.bytes, (byte) => ({ ...event, bytes: Uint8Array.of(byte) })) : [event],
  );
  return { ...conversation, events };
}

/** What is told of a connection on which `speak` happens. */
function toldOf(speak: (connection: Connection) => void, port = WEB.port): string[] {
  const traffic = new Traffic();
  speak(traffic.connection(LAPTOP, { ...WEB, port }).open());
  return conversationsIn(traffic.capture().packets).flatMap(messagesOf).map(told);
}

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const utf8 = (text: string) => new TextEncoder().encode(text);

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

describe('HTTP/1', () => {
  it('tells requests that share a packet, and the answers to them', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nPUT /c HTTP/1.1\r\ncontent-length: 2\r\n\r\nok')
        .fromServer(
          'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n',
        ),
    );
    expect(lines).toEqual([
      'client: GET /a',
      'client: HEAD /b',
      'client: PUT /c · 2 bytes  "ok"',
      'server: 204 No Content',
      'server: 200 OK',
      'server: 201 Created',
    ]);
  });

  it('puts chunks together and passes over trailers', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.1\r\n\r\n')
        .fromServer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n')
        .fromServer('6\r\n world\r\n0\r\nx-sum: 1\r\n\r\nHTTP/1.1 200 OK\r\n'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 200 OK · 11 bytes  "hello world"', 'server: 200 OK (incomplete)']);
  });

  it('takes a body without a length to last until the close', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.0\r\n\r\n')
        .fromServer('HTTP/1.0 200 OK\r\n\r\nall')
        .fromServer(' of it')
        .closedBy('server'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 200 OK · 9 bytes  "all of it"']);
  });

  it('tells an interim answer from the one that counts', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n')
        .fromServer('HTTP/1.1 100 Continue\r\n\r\n')
        .fromClient('ok')
        .fromServer('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(lines).toEqual(['client: POST / · 2 bytes  "ok"', 'server: 100 Continue', 'server: 200 OK']);
  });

  it('shows what goes through a proxy, once it is connected', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('CONNECT db:5432 HTTP/1.1\r\n\r\n')
        .fromServer('HTTP/1.1 200 Connection established\r\n\r\n')
        .fromClient('raw')
        .fromServer('too'),
    );
    expect(lines).toEqual([
      'client: CONNECT db:5432',
      'server: 200 Connection established',
      'client: 3 bytes  "raw"',
      'server: 3 bytes  "too"',
    ]);
  });

  it('goes on with HTTP when the server does not upgrade', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n')
        .fromServer('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')
        .fromClient('GET /next HTTP/1.1\r\n\r\n'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 400 Bad Request', 'client: GET /next']);
  });

  it('leaves a compressed body alone', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.1\r\n\r\n')
        .fromServer('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\u001f!'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 200 OK · gzip · 2 bytes']);
  });

  it('shows what is not HTTP after all', () => {
    const lines = toldOf((it) => it.fromClient('GET / HTTP/1.1\r\n\r\n').fromServer('SSH-2.0-OpenSSH\r\n'));
    expect(lines).toEqual(['client: GET /', 'server: 17 bytes  "SSH-2.0-OpenSSH\\r\\n"']);
  });
});

describe('WebSocket', () => {
  const upgraded = (it: Connection) =>
    it
      .fromClient('GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n')
      .fromServer('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n');

  it('tells long frames, fragments, pings and a close with a reason', () => {
    const lines = toldOf((it) =>
      upgraded(it)
        .fromServer(join([bytes('82 7e 0100'), new Uint8Array(256)]))
        .fromServer(join([bytes('01 02'), utf8('he'), bytes('80 03'), utf8('llo')]))
        .fromServer(bytes('89 00'))
        .fromServer(join([bytes('88 06 03f3'), utf8('oops')])),
    );
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/^server: WebSocket binary · 256 bytes {2}00 00/),
      'server: WebSocket text · 2 bytes (more follows)  "he"',
      'server: WebSocket continuation · 3 bytes  "llo"',
      'server: WebSocket ping',
      'server: WebSocket close 1011  "oops"',
    ]);
  });
});

describe('SMTP', () => {
  it('keeps credentials to itself', () => {
    const lines = toldOf(
      (it) =>
        it
          .fromServer('220 mail ESMTP\r\n')
          .fromClient('EHLO me\r\n')
          .fromServer('250 mail\r\n')
          .fromClient('AUTH PLAIN c2VjcmV0\r\n')
          .fromServer('535 no\r\n')
          .fromClient('AUTH LOGIN\r\n')
          .fromServer('334 VXNlcm5hbWU6\r\n')
          .fromClient('c2VjcmV0\r\n')
          .fromServer('235 ok\r\n')
          .fromClient('QUIT\r\n'),
      25,
    );
    expect(lines).toContain('client: AUTH PLAIN');
    expect(lines).toContain('client: (credentials)');
    expect(lines.at(-1)).toBe('client: QUIT');
    expect(lines.join()).not.toContain('c2VjcmV0');
  });

  it('goes on with TLS behind STARTTLS', () => {
    const lines = toldOf(
      (it) =>
        it
          .fromServer('220 mail ESMTP\r\n')
          .fromClient('EHLO me\r\nSTARTTLS\r\n')
          .fromServer('250 mail\r\n220 go\r\n')
          .fromClient(bytes('15 0301 0002 0228')),
      587,
    );
    expect(lines).toEqual([
      'server: 220 mail ESMTP',
      'client: EHLO me',
      'client: STARTTLS',
      'server: 250 mail',
      'server: 220 go',
      'client: TLS alert: handshake failure',
    ]);
  });
});

describe('PostgreSQL', () => {
  const message = (type: string, body: string) => {
    const bodyBytes = utf8(body);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bodyBytes.length + 4);
    return join([utf8(type), length, bodyBytes]);
  };
  const startup = bytes('00000012 00030000 75736572 00 6d65 00 00 00');

  it('tells the five messages of an extended query as one', () => {
    const lines = toldOf((it) =>
      it
        .fromClient(startup.subarray(0, 18))
        .fromServer(join([message('R', '\0\0\0\0'), message('Z', 'I')]))
        .fromClient(
          join([
            message('P', '\0select $1\0\0\0'),
            message('B', '\0\0\0\0\0\0\0\0'),
            message('D', 'P\0'),
            message('E', '\0\0\0\0\0'),
            message('S', ''),
          ]),
        )
        .fromServer(
          join([
            message('1', ''),
            message('2', ''),
            message('D', '\0\0'),
            message('C', 'SELECT 1\0'),
            message('Z', 'I'),
          ]),
        ),
    );
    expect(lines).toEqual([
      'client: startup user=me',
      'server: ready',
      'client: parse select $1, bind, execute',
      'server: SELECT 1',
    ]);
  });

  it('keeps passwords to itself, and tells why the server says no', () => {
    const lines = toldOf((it) =>
      it
        .fromClient(startup.subarray(0, 18))
        .fromServer(message('R', '\0\0\0\u0003'))
        .fromClient(message('p', 'hunter2\0'))
        .fromServer(message('E', 'SFATAL\0C28P01\0Mwrong password\0\0'))
        .closedBy('server'),
    );
    expect(lines).toEqual([
      'client: startup user=me',
      'server: wants a password',
      'client: (credentials)',
      'server: error 28P01 wrong password',
    ]);
  });

  it('goes on with TLS when the server accepts it', () => {
    const lines = toldOf((it) =>
      it.fromClient(bytes('00000008 04d2162f')).fromServer('S').fromClient(bytes('15 0301 0002 0230')),
    );
    expect(lines).toEqual(['client: asks for TLS', 'server: accepts TLS', 'client: TLS alert: unknown CA']);
  });
});

describe('Redis', () => {
  it('tells every kind of value', () => {
    const values = [
      '+OK',
      ':7',
      ',1.5',
      '(12345678901234567890',
      '_',
      '#t',
      '$-1',
      '$0\r\n',
      '*-1',
      '%1\r\n+a\r\n:1',
      '~1\r\n:1',
      '!3\r\nERR',
      '=5\r\ntxt:x',
      '-WRONGTYPE no',
    ];
    const lines = toldOf((it) => it.fromClient('*1\r\n$4\r\nPING\r\n').fromServer(`${values.join('\r\n')}\r\n`));
    expect(lines.slice(1)).toEqual(
      [
        'OK',
        '7',
        '1.5',
        '12345678901234567890',
        'nil',
        'true',
        'nil',
        '""',
        'nil',
        '[a, 1]',
        '[1]',
        'ERR',
        '"txt:x"',
        'WRONGTYPE no',
      ].map((text) => `server: ${text}`),
    );
  });
});
