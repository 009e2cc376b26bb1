import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, toldOf } from '../../../test/told.js';
import { bytesOf } from '../../../test/traffic.js';
import { join } from '../../bytes/join.js';

const DEPRECATE_EOF = 1 << 24;
const COMPRESS = 1 << 5;
const SSL = 1 << 11;
const PROTOCOL_41 = 1 << 9;
const EOF = hex('fe 0000 0200');
const OK = hex('00 00 00 0200 0000');

function packet(sequence: number, ...payload: Uint8Array[]): Uint8Array {
  const bytes = join(payload);
  return join([Uint8Array.of(bytes.length & 0xff, bytes.length >> 8, 0, sequence), bytes]);
}

/** The packets of one answer. */
const answer = (...payloads: Uint8Array[]) => join(payloads.map((payload, index) => packet(index + 1, payload)));

const GREETING = packet(0, hex('0a'), bytesOf('8.0.36\0'), new Uint8Array(40));

function login(capabilities: number, sequence = 1): Uint8Array {
  const head = new Uint8Array(32);
  new DataView(head.buffer).setUint32(0, capabilities | PROTOCOL_41, true);
  return packet(sequence, head, bytesOf('me\0'));
}

const query = (sql: string) => packet(0, hex('03'), bytesOf(sql));
const LOGGED_IN = ['server: greeting of 8.0.36', 'client: logs in as me', 'server: logged in'];

describe('MySQL', () => {
  const exchange = (capabilities: number, ...turns: readonly (readonly [Uint8Array, Uint8Array])[]) =>
    toldOf((it) => {
      it.fromServer(GREETING).fromClient(login(capabilities)).fromServer(packet(2, OK));
      for (const [asked, answered] of turns) it.fromClient(asked).fromServer(answered);
    }).slice(LOGGED_IN.length);

  it.each([
    ['EOF packets', 0, [hex('02'), hex('aa'), hex('aa'), EOF, hex('01 31 fb'), hex('01 32 01 78'), EOF]],
    [
      'an OK in the place of EOF packets',
      DEPRECATE_EOF,
      [hex('02'), hex('aa'), hex('aa'), hex('01 31 fb'), hex('01 32 01 78'), hex('fe 00 00 0200 0000')],
    ],
    [
      'columns that are known already',
      DEPRECATE_EOF,
      [hex('02 00'), hex('01 31 fb'), hex('01 32 01 78'), hex('fe 00 00 0200 0000')],
    ],
  ])('counts the rows of an answer with %s', (_what, capabilities, payloads) => {
    expect(exchange(capabilities, [query('select * \n from t'), answer(...payloads)])).toEqual([
      'client: query select * from t',
      'server: 2 rows of 2 columns · 7 bytes  1, NULL',
    ]);
  });

  it('tells of a prepared statement, and not what its values look like', () => {
    const prepared = answer(hex('00 07000000 0100 0200 00 0000'), hex('aa'), hex('aa'), EOF, hex('aa'), EOF);
    const rows = answer(hex('01'), hex('aa'), EOF, hex('00 00 01000000'), EOF);
    const told = exchange(
      0,
      [packet(0, hex('16'), bytesOf('select a from t where b = ? or c = ?')), prepared],
      [packet(0, hex('17 07000000 00 01000000')), rows],
      [join([packet(0, hex('19 07000000')), packet(0, hex('0e'))]), answer(OK)],
    );
    expect(told).toEqual([
      'client: prepare select a from t where b = ? or c = ?',
      'server: statement 7 · 2 parameters',
      'client: execute statement 7',
      'server: 1 row of 1 column · 6 bytes',
      'client: close statement 7',
      'client: ping',
      'server: OK',
    ]);
  });

  it('tells the last result of several, and an error behind rows', () => {
    const several = answer(hex('01'), hex('aa'), EOF, hex('01 31'), hex('fe 0000 0800'), hex('00 03 00 0200 0000'));
    const broken = answer(
      hex('01'),
      hex('aa'),
      EOF,
      hex('01 31'),
      join([hex('ff 2505'), bytesOf('#70100interrupted')]),
    );
    expect(exchange(0, [query('call p()'), several], [query('select 1'), broken])).toEqual([
      'client: query call p()',
      'server: OK · 3 rows changed',
      'client: query select 1',
      'server: error 1317 interrupted',
    ]);
  });

  it('keeps passwords to itself, and tells why the server says no', () => {
    const told = toldOf((it) =>
      it
        .fromServer(GREETING)
        .fromClient(login(0))
        .fromServer(packet(2, hex('fe'), bytesOf('caching_sha2_password\0')))
        .fromClient(packet(3, bytesOf('hunter2')))
        .fromServer(packet(4, hex('ff 1504'), bytesOf("#28000Access denied for user 'me'"))),
    );
    expect(told).toEqual([
      ...LOGGED_IN.slice(0, 2),
      'server: asks for caching_sha2_password',
      'client: (credentials)',
      "server: error 1045 Access denied for user 'me'",
    ]);
  });

  it('begins with the login inside TLS, and goes on with TLS where that was asked for', () => {
    const inside = toldOf((it) =>
      it
        .fromClient(login(SSL, 2))
        .fromServer(packet(3, OK))
        .fromClient(packet(0, hex('01'))),
    );
    expect(inside).toEqual(['client: logs in as me', 'server: logged in', 'client: quit']);
    const head = new Uint8Array(32);
    new DataView(head.buffer).setUint32(0, SSL | PROTOCOL_41, true);
    const outside = toldOf((it) =>
      it.fromServer(GREETING).fromClient(packet(1, head)).fromClient(hex('15 0301 0002 0228')),
    );
    expect(outside).toEqual([
      'server: greeting of 8.0.36',
      'client: asks for TLS',
      'client: TLS alert: handshake failure',
    ]);
  });

  it('leaves what is compressed as it is', () => {
    const told = exchange(COMPRESS, [hex('0a000000000003736a'), hex('0700000100000000')]);
    expect(told).toEqual([
      'client: 9 bytes  0a 00 00 00 00 00 03 73 6a  .......sj',
      'server: 8 bytes  07 00 00 01 00 00 00 00  ........',
    ]);
  });

  it('reads no further than there is, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 60 }), (asked, answered) => {
        expect(Array.isArray(exchange(0, [query('select 1'), answered], [asked, answered]))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
