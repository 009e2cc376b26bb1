import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, toldOf } from '../../../test/told.js';
import { bytesOf } from '../../../test/traffic.js';
import { join } from '../../bytes/join.js';

function packet(first: number, ...payload: readonly Uint8Array[]): Uint8Array {
  const bytes = join(payload);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return join([Uint8Array.of(first, ...length), bytes]);
}

const text = (words: string) => join([Uint8Array.of(words.length >> 8, words.length & 0xff), bytesOf(words)]);
const connect = (version: number, client = 'me') =>
  packet(0x10, text('MQTT'), Uint8Array.of(version, 0, 0, 60), version === 5 ? hex('00') : hex(''), text(client));
const CONNACK = { 4: packet(0x20, hex('0000')), 5: packet(0x20, hex('00 00 00')) } as const;

/** What is told behind CONNECT and CONNACK. */
const toldBehind = (version: 4 | 5, client: readonly Uint8Array[], server: readonly Uint8Array[] = []) =>
  toldOf(
    (it) =>
      it.fromClient(connect(version)).fromServer(CONNACK[version]).fromClient(join(client)).fromServer(join(server)),
    1883,
  ).slice(2);

describe('MQTT', () => {
  it('tells why a client is turned away', () => {
    const refused = toldOf((it) => it.fromClient(connect(4, '')).fromServer(packet(0x20, hex('0005'))));
    expect(refused).toEqual(['client: CONNECT · MQTT 3.1.1', 'server: CONNACK · not authorized']);
    const reason = packet(
      0x20,
      hex('00 86'),
      packet(0x1f, hex('')).subarray(0, 0),
      Uint8Array.of(8, 0x1f),
      text('go on'),
    );
    expect(toldOf((it) => it.fromClient(connect(5)).fromServer(reason))).toEqual([
      'client: CONNECT me · MQTT 5',
      'server: CONNACK · bad user name or password: go on',
    ]);
  });

  it('keeps passwords to itself', () => {
    const login = packet(0x10, text('MQTT'), hex('04 c0 003c'), text('me'), text('ada'), text('hunter2'));
    expect(toldOf((it) => it.fromClient(login))).toEqual(['client: CONNECT me · MQTT 3.1.1 · user ada']);
  });

  it('knows the topic that a number stands for', () => {
    const alias = hex('03 23 0007');
    const named = packet(0x30, text('room/1'), alias, bytesOf('a'));
    const numbered = packet(0x30, text(''), alias, bytesOf('b'));
    const unknown = packet(0x30, text(''), hex('03 23 0008'), bytesOf('c'));
    expect(toldBehind(5, [named, numbered, unknown])).toEqual([
      'client: PUBLISH room/1 · 1 byte  "a"',
      'client: PUBLISH room/1 · 1 byte  "b"',
      'client: PUBLISH (alias 8) · 1 byte  "c"',
    ]);
  });

  it('skips properties of every kind', () => {
    const properties = join([
      hex('01 01  02 00000001  0b 8001  21 0001  09 0001 ff  26 0001 61 0001 62'),
      join([hex('08'), text('back')]),
    ]);
    const published = packet(0x30, text('t'), Uint8Array.of(properties.length), properties, bytesOf('x'));
    expect(toldBehind(5, [published])).toEqual(['client: PUBLISH t · 1 byte  "x"']);
  });

  it('tells which topics a server denies', () => {
    const asked = packet(0x82, hex('0001'), text('a'), hex('00'), text('b'), hex('02'));
    expect(toldBehind(4, [asked], [packet(0x90, hex('0001 00 80'))])).toEqual([
      'client: SUBSCRIBE 1 a, b (QoS 2)',
      'server: SUBACK 1 · failure (1 of 2 topics)',
    ]);
  });

  it('tells how far a message came that was cut off', () => {
    const published = packet(0x32, text('t'), hex('0007'), bytesOf('x'.repeat(200)));
    expect(toldBehind(4, [published.subarray(0, 100)])).toEqual(['client: PUBLISH 7 t · QoS 1 (incomplete)']);
  });

  it('reads no further than there is, whatever comes', () => {
    const packets = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 30 })));
    fc.assert(
      fc.property(fc.constantFrom(4 as const, 5 as const), packets, (version, parts) => {
        const bytes = parts.map(([first, payload]) => packet(first, payload));
        expect(toldBehind(version, bytes, bytes)).toEqual(expect.any(Array));
      }),
    );
  });
});
