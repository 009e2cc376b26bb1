import { describe, expect, it } from 'vitest';
import { hex, toldOf, toldOfRest } from '../../../test/told.js';
import { bytesOf } from '../../../test/traffic.js';
import { join } from '../../bytes/join.js';

const PREFACE = bytesOf('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITY = 0x20;
/** `GET /`, with the fields that have numbers. */
const GET_ROOT = hex('82 84 86');

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(9);
  const view = new DataView(header.buffer);
  view.setUint32(0, payload.length << 8);
  view.setUint8(3, type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  return join([header, payload]);
}

const literal = (name: string, value: string) =>
  join([hex('00'), Uint8Array.of(name.length), bytesOf(name), Uint8Array.of(value.length), bytesOf(value)]);

describe('http2', () => {
  it('tells streams that go on at the same time', () => {
    const told = toldOf((it) =>
      it
        .fromClient(join([PREFACE, frame(4, 0, 0, hex(''))]))
        .fromClient(join([frame(1, END_HEADERS | END_STREAM, 1, GET_ROOT), frame(1, END_HEADERS, 3, GET_ROOT)]))
        .fromServer(frame(1, END_HEADERS, 1, hex('88')))
        .fromClient(frame(0, END_STREAM, 3, bytesOf('body')))
        .fromServer(frame(1, END_HEADERS | END_STREAM, 3, hex('8d')))
        .fromServer(frame(0, END_STREAM, 1, bytesOf('late'))),
    );
    expect(told).toEqual([
      'client: GET / (stream 1)',
      'client: GET / (stream 3) · 4 bytes  "body"',
      'server: 200 (stream 1) · 4 bytes  "late"',
      'server: 404 (stream 3)',
    ]);
  });

  it('puts headers together that take several frames, and takes padding and priority off', () => {
    const padded = join([hex('02 00000000 10'), GET_ROOT.subarray(0, 1), hex('0000')]);
    const told = toldOf((it) =>
      it
        .fromClient(join([PREFACE, frame(1, PADDED | PRIORITY | END_STREAM, 1, padded)]))
        .fromClient(frame(9, END_HEADERS, 1, GET_ROOT.subarray(1))),
    );
    expect(told).toEqual(['client: GET / (stream 1)']);
  });

  it('tells the calls of gRPC with their status, which comes behind the body or in its place', () => {
    const call = join([hex('83 86'), literal(':path', '/shop.Shop/Buy'), literal('content-type', 'application/grpc')]);
    const status = (code: string, ...more: Uint8Array[]) => join([literal('grpc-status', code), ...more]);
    const END = END_HEADERS | END_STREAM;
    const told = toldOf((it) =>
      it
        .fromClient(join([PREFACE, ...[1, 3, 5].map((stream) => frame(1, END, stream, call))]))
        .fromServer(frame(1, END_HEADERS, 1, hex('88')))
        .fromServer(frame(1, END, 1, status('5', literal('grpc-message', 'caf%C3%A9 is 100% gone'))))
        .fromServer(join([frame(1, END_HEADERS, 3, hex('88')), frame(1, END, 3, status('0'))]))
        .fromServer(frame(1, END, 5, join([hex('88'), status('99')]))),
    );
    expect(told).toEqual([
      'client: gRPC /shop.Shop/Buy (stream 1)',
      'client: gRPC /shop.Shop/Buy (stream 3)',
      'client: gRPC /shop.Shop/Buy (stream 5)',
      'server: 200 (stream 1) · gRPC NOT_FOUND: café is 100% gone',
      'server: 200 (stream 3) · gRPC OK',
      'server: 200 (stream 5) · gRPC status 99',
    ]);
  });

  it('tells why a stream or the connection is given up', () => {
    const told = toldOf((it) =>
      it
        .fromClient(join([PREFACE, frame(1, END_HEADERS | END_STREAM, 1, GET_ROOT)]))
        .fromServer(frame(1, END_HEADERS, 1, hex('88')))
        .fromServer(frame(3, 0, 1, hex('00000008')))
        .fromServer(frame(7, 0, 0, hex('00000001 0000000b'))),
    );
    expect(told.slice(1)).toEqual([
      'server: 200 (stream 1) (incomplete)',
      'server: resets stream 1: CANCEL',
      'server: goes away: ENHANCE_YOUR_CALM',
    ]);
  });

  it('tells an answer that never ended as incomplete', () => {
    const told = toldOf((it) =>
      it
        .fromClient(join([PREFACE, frame(1, END_HEADERS | END_STREAM, 1, GET_ROOT)]))
        .fromServer(frame(1, END_HEADERS, 1, hex('88')))
        .closedBy('server'),
    );
    expect(told.at(-1)).toBe('server: 200 (stream 1) (incomplete)');
  });

  describe('of a connection whose beginning is missing', () => {
    const END = END_HEADERS | END_STREAM;
    const DATA = bytesOf('x'.repeat(1000));

    it('is known by its frames, from the first whole one on', () => {
      const told = toldOfRest((it) =>
        it
          .fromServer(join([DATA.subarray(0, 700), frame(0, 0, 5, DATA), frame(0, END_STREAM, 5, DATA)]))
          .fromClient(join([frame(8, 0, 5, hex('00001000')), frame(1, END, 7, GET_ROOT)]))
          .fromServer(join([frame(1, END_HEADERS, 7, hex('88')), frame(0, END_STREAM, 7, bytesOf('late'))])),
      );
      expect(told).toEqual([
        'server: ends a frame whose beginning is missing · 700 bytes',
        'server: goes on with stream 5 · 2000 bytes  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…',
        'client: GET / (stream 7)',
        'server: 200 (stream 7) · 4 bytes  "late"',
      ]);
    });

    it('has a question mark for what earlier headers said, and the names and values of later ones', () => {
      const path = join([hex('44 02'), bytesOf('/b')]);
      const requests = [hex('82 be 84'), join([hex('82'), path]), hex('82 be'), hex('bf 82'), hex('c1')];
      const told = toldOfRest((it) =>
        it.fromClient(join(requests.map((fields, index) => frame(1, END, 2 * index + 1, fields)))),
      );
      expect(told.slice(1)).toEqual([
        'client: GET /b (stream 3)',
        'client: GET /b (stream 5)',
        'client: GET ? (stream 7)',
        'client: ? ? (stream 9)',
      ]);
    });

    it('tells by its trailers how a call of gRPC went', () => {
      const trailers = join([literal('grpc-status', '5'), literal('grpc-message', 'gone')]);
      const rows = [
        frame(0, 0, 3, bytesOf('body')),
        frame(1, END, 3, trailers),
        frame(1, END, 5, literal('grpc-status', '0')),
      ];
      expect(toldOfRest((it) => it.fromServer(join(rows)))).toEqual([
        'server: goes on with stream 3 · gRPC NOT_FOUND: gone · 4 bytes  "body"',
        'server: goes on with stream 5 · gRPC OK',
      ]);
    });

    it('is data to us when it is not of frames in a row', () => {
      const rows = [frame(4, 0, 0, hex('')), frame(0, 0, 1, DATA), DATA];
      expect(toldOfRest((it) => it.fromServer(join(rows)))).toEqual([expect.stringMatching(/^server: 2018 bytes /)]);
      expect(toldOfRest((it) => it.fromServer(new Uint8Array(20_000)))).toEqual([
        expect.stringMatching(/^server: 20.0 kB /),
      ]);
    });

    it.each([
      ['a setting of a stream', frame(4, 0, 1, hex(''))],
      ['settings that are cut', frame(4, 0, 0, hex('0001'))],
      ['an answer to settings that has some', frame(4, 1, 0, hex('000100000000'))],
      ['data of no stream', frame(0, 0, 0, DATA)],
      ['a flag that data does not have', frame(0, 0x40, 1, DATA)],
      ['headers of nothing', frame(1, END, 1, hex(''))],
      ['a reset that is too long', frame(3, 0, 1, hex('0000000000'))],
      ['a type that is unknown', frame(99, 0, 1, DATA)],
      ['a reserved bit that is set', frame(0, 0, 0x8000_0001, DATA)],
      ['a frame that is longer than allowed', frame(0, 0, 1, new Uint8Array(16_385))],
    ])('takes %s for no frame', (_, bytes) => {
      const ping = frame(6, 0, 0, hex('0000000000000000'));
      const told = toldOfRest((it) => it.fromServer(join([ping, bytes, ping, bytes, ping, bytes])));
      expect(told).toEqual([expect.stringMatching(/^server: [\d.]+ (?:bytes|kB) /)]);
    });
  });
});
