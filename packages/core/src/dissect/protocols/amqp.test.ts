import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, toldOf } from '../../../test/told.js';
import { bytesOf } from '../../../test/traffic.js';
import { join } from '../../bytes/join.js';

const HEADER = bytesOf('AMQP\0\0\u0009\u0001');

function frame(type: number, channel: number, ...payload: readonly Uint8Array[]): Uint8Array {
  const bytes = join(payload);
  const head = new Uint8Array(7);
  const view = new DataView(head.buffer);
  view.setUint8(0, type);
  view.setUint16(1, channel);
  view.setUint32(3, bytes.length);
  return join([head, bytes, hex('ce')]);
}

const text = (words: string) => join([Uint8Array.of(words.length), bytesOf(words)]);
const method = (channel: number, numbers: string, ...args: readonly Uint8Array[]) =>
  frame(1, channel, hex(numbers), ...args);
const publish = (channel: number, key: string) => method(channel, '003c 0028 0000', text(''), text(key), hex('00'));

function header(channel: number, size: number): Uint8Array {
  const bytes = new Uint8Array(14);
  new DataView(bytes.buffer).setUint32(8, size);
  bytes.set(hex('003c'));
  return frame(2, channel, bytes);
}

const body = (channel: number, words: string) => frame(3, channel, bytesOf(words));
/** What is told behind the protocol header. */
const toldOfFrames = (...frames: readonly Uint8Array[]) =>
  toldOf((it) => it.fromClient(HEADER).fromClient(join(frames)), 5672).slice(1);

describe('AMQP', () => {
  it('tells that a server speaks another version', () => {
    expect(toldOf((it) => it.fromClient(HEADER).fromServer('AMQP\0\u0001\0\0'))).toEqual([
      'client: begins AMQP 0-9-1',
      'server: speaks only AMQP 1-0-0',
    ]);
  });

  it('puts a message together whose frames come between those of another channel', () => {
    const told = toldOfFrames(
      publish(1, 'a'),
      publish(2, 'b'),
      header(1, 4),
      body(1, 'le'),
      header(2, 2),
      body(2, 'hi'),
      frame(8, 0),
      body(1, 'ft'),
    );
    expect(told).toEqual([
      'client: basic.publish to queue b (channel 2) · 2 bytes  "hi"',
      'client: basic.publish to queue a · 4 bytes  "left"',
    ]);
  });

  it('tells of a message without a body, and of one that is cut off', () => {
    expect(toldOfFrames(publish(1, 'a'), header(1, 0), publish(1, 'b'), header(1, 9), body(1, 'half'))).toEqual([
      'client: basic.publish to queue a · 0 bytes',
      'client: basic.publish to queue b · 4 of 9 bytes  "half" (incomplete)',
    ]);
  });

  it('tells of a queue that the server is to name', () => {
    expect(toldOfFrames(method(1, '0032 000a 0000', text(''), hex('04 00000000')))).toEqual([
      'client: queue.declare (any name) · exclusive',
    ]);
  });

  it.each([
    ['a method that there is not', method(1, '003c 00ff')],
    ['a frame with another end', frame(1, 1, hex('0014 000a 00')).fill(0, -1)],
    ['content of no method', body(1, 'lost')],
    ['an unknown frame', frame(7, 1)],
  ])('shows what follows %s as it is', (_what, bytes) => {
    expect(toldOfFrames(bytes)).toEqual([expect.stringMatching(/^client: \d+ bytes {2}\d/)]);
  });

  it('reads no further than there is, whatever comes', () => {
    const frames = fc.array(
      fc.record({
        type: fc.constantFrom(1, 2, 3, 8),
        channel: fc.integer({ min: 0, max: 2 }),
        start: fc.constantFrom('003c 0028', '003c 003c', '0032 000a', '000a 000b', '003c 0000 00000000 00000005', ''),
        rest: fc.uint8Array({ maxLength: 30 }),
      }),
    );
    fc.assert(
      fc.property(frames, (parts) => {
        const bytes = parts.map(({ type, channel, start, rest }) => frame(type, channel, hex(start), rest));
        expect(toldOfFrames(...bytes)).toEqual(expect.any(Array));
      }),
    );
  });
});
