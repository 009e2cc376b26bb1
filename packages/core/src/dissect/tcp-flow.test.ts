import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAPTOP, tcpPacket, WEB } from '../../test/traffic.js';
import { readIp } from './ip.js';
import { readTcp, type TcpSegment } from './tcp.js';
import { type Arrival, type StreamData, type StreamGap, TcpFlow } from './tcp-flow.js';

const MOMENT = { timestampNs: 0n, packet: 0 };

function segment(sequence: number, data: string, flags: readonly ('ack' | 'syn' | 'fin')[] = ['ack']): TcpSegment {
  const { payload, payloadLength } = readIp(tcpPacket(LAPTOP, WEB, { sequence: sequence >>> 0, flags, data }));
  return readTcp(payload, payloadLength);
}

function add(flow: TcpFlow, sequence: number, data: string): Arrival {
  return flow.add(segment(sequence, data), MOMENT);
}

/** The parts in short: text, or how many bytes are missing. */
function told(parts: readonly (StreamData | StreamGap)[]): (string | number)[] {
  return parts.map((part) => (part.kind === 'gap' ? part.length : Buffer.from(part.bytes).toString()));
}

describe('TcpFlow', () => {
  it('puts segments in order that came too early', () => {
    const flow = new TcpFlow();
    expect(told(add(flow, 100, 'one').parts)).toEqual(['one']);
    expect(add(flow, 108, 'three')).toMatchObject({ parts: [], isEarly: true });
    expect(told(add(flow, 103, ' two ').parts)).toEqual([' two ', 'three']);
    expect(flow).toMatchObject({ position: 13, repeatedBytes: 0, missingBytes: 0 });
  });

  it('takes only what is new of a segment that overlaps', () => {
    const flow = new TcpFlow();
    add(flow, 100, 'abcd');
    expect(add(flow, 102, 'cdEF')).toMatchObject({ repeated: 2 });
    expect(flow).toMatchObject({ position: 6, repeatedBytes: 2 });
    expect(told(add(flow, 104, 'EFG').parts)).toEqual(['G']);
  });

  it('counts what was sent again, and gives none of it', () => {
    const flow = new TcpFlow();
    add(flow, 100, 'abc');
    expect(add(flow, 100, 'abc')).toEqual({ parts: [], repeated: 3, isEarly: false });
  });

  it('goes on where the sequence numbers begin again', () => {
    const flow = new TcpFlow();
    expect(told(add(flow, 2 ** 32 - 2, 'abcd').parts)).toEqual(['abcd']);
    expect(told(add(flow, 2, 'ef').parts)).toEqual(['ef']);
    expect(flow.position).toBe(6);
  });

  it('begins behind the SYN, and with the data that came with it', () => {
    const flow = new TcpFlow();
    expect(told(flow.add(segment(99, 'abc', ['syn']), MOMENT).parts)).toEqual(['abc']);
    expect(told(add(flow, 103, 'd').parts)).toEqual(['d']);
  });

  it('gives up what is missing once the other side has it', () => {
    const flow = new TcpFlow();
    add(flow, 100, 'a');
    add(flow, 104, 'e');
    expect(flow.acknowledged(103, MOMENT)).toEqual([]);
    expect(told(flow.acknowledged(105, MOMENT))).toEqual([3, 'e']);
    expect(flow).toMatchObject({ position: 5, missingBytes: 3 });
  });

  it('gives up what is missing at the end', () => {
    const flow = new TcpFlow();
    add(flow, 100, 'a');
    add(flow, 109, 'j');
    add(flow, 104, 'e');
    expect(told(flow.end())).toEqual([3, 'e', 4, 'j']);
  });

  it('says what is missing behind all that it has: up to the FIN, or to what the other side has', () => {
    const closed = new TcpFlow();
    add(closed, 100, 'a');
    closed.add(segment(108, '', ['ack', 'fin']), MOMENT);
    expect(closed.acknowledged(109, MOMENT)).toEqual([]);
    expect(told(closed.end())).toEqual([7]);
    expect(closed).toMatchObject({ position: 8, missingBytes: 7 });

    const open = new TcpFlow();
    open.add(segment(99, '', ['syn']), MOMENT);
    expect(open.acknowledged(100, MOMENT)).toEqual([]);
    expect(open.acknowledged(130, MOMENT)).toEqual([]);
    expect(told(open.end())).toEqual([30]);
  });

  it('misses nothing of a stream whose end is acknowledged', () => {
    const flow = new TcpFlow();
    flow.add(segment(99, '', ['syn']), MOMENT);
    flow.add(segment(100, 'abc', ['ack', 'fin']), MOMENT);
    flow.acknowledged(104, MOMENT);
    expect(flow.end()).toEqual([]);
  });

  it('counts what the recorder cut off a packet as missing', () => {
    const flow = new TcpFlow();
    const whole = segment(100, 'abcdef');
    const parts = flow.add({ ...whole, payload: whole.payload.subarray(0, 2) }, MOMENT).parts;
    expect(told(parts)).toEqual(['ab', 4]);
    expect(told(add(flow, 106, 'gh').parts)).toEqual(['gh']);
  });

  it('knows where the stream ends once a FIN says so', () => {
    const flow = new TcpFlow();
    flow.add(segment(100, 'abc', ['ack', 'fin']), MOMENT);
    expect(flow.endPosition).toBe(3);
  });

  it('gives every stream as it was sent, in whatever order and pieces its segments come', () => {
    const stream = 'The quick brown fox jumps over the lazy dog.';
    const piece = fc.tuple(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(0xffff_ffff), (pieces, first) => {
        const flow = new TcpFlow();
        flow.add(segment(first - 1, '', ['syn']), MOMENT);
        const inOrder = Array.from(stream, (_, i): [number, number] => [i, 1]).reverse();
        const got: string[] = [];
        for (const [at, length] of [...pieces, ...inOrder]) {
          got.push(...told(add(flow, first + at, stream.slice(at, at + length)).parts).map(String));
        }
        expect(got.join('')).toBe(stream);
      }),
    );
  });
});
