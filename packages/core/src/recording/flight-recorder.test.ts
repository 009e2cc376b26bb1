import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FlightRecording, flightHead, isFlightRecorder, readFlightRecorder } from './flight-recorder.js';
import { EVENT, EVENT_KIND, RING } from './ring-layout.js';

const SIZE = RING.minSize;
const WEB = [10, 53, 57, 11];
const LAPTOP = [10, 53, 57, 12];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flight-recorder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface EventFields {
  readonly kind?: number;
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly limit?: number;
  readonly time?: bigint;
  readonly complete?: boolean;
}

/** A ring as the library leaves it in a file. */
class Ring {
  readonly bytes = Buffer.alloc(RING.headerSize + SIZE);
  head = 0;

  constructor() {
    this.bytes.writeBigUInt64LE(RING.magic, RING.fields.magic);
    this.bytes.writeBigUInt64LE(BigInt(SIZE), RING.fields.size);
  }

  add({
    kind = EVENT_KIND.segments,
    data = new Uint8Array(),
    limit = 0,
    time = 1n,
    complete = true,
    ...rest
  }: EventFields) {
    const { alignment, headerSize, fields } = EVENT;
    const size = Math.ceil((headerSize + data.length) / alignment) * alignment;
    const event = Buffer.alloc(size);
    event.writeBigUInt64LE(BigInt(this.head) + (complete ? EVENT.complete : 1n), fields.state);
    event.writeBigUInt64LE(time, fields.time);
    event.writeUInt32LE(size, fields.size);
    event.writeUInt32LE(data.length, fields.stored);
    event.writeUInt32LE(rest.length ?? data.length, fields.length);
    event.writeUInt32LE(7, fields.sequence);
    event.writeUInt32LE(4242, fields.pid);
    event.writeUInt16LE(1500, fields.mtu);
    event.writeUInt16LE(limit, fields.limit);
    event.writeUInt8(kind, fields.kind);
    event.writeUInt8(24, fields.flags);
    event.writeUInt8(4, fields.family);
    event.writeUInt8(12, fields.interfaceId);
    event.writeUInt16LE(40_000, fields.sourcePort);
    event.writeUInt16LE(80, fields.destinationPort);
    event.set(LAPTOP, fields.source);
    event.set(WEB, fields.destination);
    event.set(data, headerSize);
    for (const [index, byte] of event.entries()) this.bytes[RING.headerSize + ((this.head + index) % SIZE)] = byte;
    this.head += size;
    this.bytes.writeBigUInt64LE(BigInt(this.head), RING.fields.head);
    return this;
  }

  open<T>(use: (file: number) => T): T {
    const path = join(folder, 'ring');
    writeFileSync(path, this.bytes);
    const file = openSync(path, 'r');
    try {
      return use(file);
    } finally {
      closeSync(file);
    }
  }

  read(options?: Parameters<typeof readFlightRecorder>[1]): FlightRecording {
    return this.open((file) => readFlightRecorder(file, options));
  }
}

/** 0 when the one's complement sum of a part is right, with what a pseudo-header adds. */
function checksumError(bytes: Uint8Array, extra: number): number {
  let sum = extra;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

describe('readFlightRecorder', () => {
  it('cuts what was written to a stream into segments of the MTU, with numbers that go on and valid checksums', () => {
    const data = Uint8Array.from({ length: 3000 }, (_, index) => index % 251);
    const { packets } = new Ring().add({ data }).read();
    expect(packets.map((packet) => packet.originalLength)).toEqual([1500, 1500, 120]);
    const views = packets.map((packet) => Buffer.from(packet.data));
    expect(views.map((view) => view.readUInt32BE(24))).toEqual([7, 1467, 2927]);
    // Only the last one pushes.
    expect(views.map((view) => view[33])).toEqual([16, 16, 24]);
    expect(Buffer.concat(views.map((view) => view.subarray(40)))).toEqual(Buffer.from(data));
    for (const view of views) {
      expect(checksumError(view.subarray(0, 20), 0)).toBe(0);
      const addresses = [...view.subarray(12, 20)].reduce(
        (sum, byte, at) => sum + (at % 2 === 0 ? byte << 8 : byte),
        0,
      );
      expect(checksumError(view.subarray(20), addresses + 6 + view.length - 20)).toBe(0);
    }
  });

  it('tells which process and host recorded a packet', () => {
    const [packet] = new Ring().add({ data: Buffer.from('x') }).read().packets;
    expect(packet).toMatchObject({ pid: 4242, spawn: 0, interfaceId: 12, timestampNs: 1n });
  });

  it('gives whole packets as they were recorded, one by one', () => {
    const [one] = new Ring().add({ data: Buffer.from('x') }).read().packets;
    const bytes = one?.data ?? new Uint8Array();
    const { packets } = new Ring().add({ kind: EVENT_KIND.packets, data: Buffer.concat([bytes, bytes]) }).read();
    expect(packets.map(({ data }) => Buffer.from(data))).toEqual([Buffer.from(bytes), Buffer.from(bytes)]);
  });

  it('says how long a datagram was of which only the beginning was kept', () => {
    const { packets } = new Ring()
      .add({ kind: EVENT_KIND.datagram, data: Buffer.from('begin'), length: 900, limit: 5 })
      .read();
    expect(packets.map(({ data, originalLength }) => [data.length, originalLength])).toEqual([[33, 928]]);
  });

  it('passes over an event that nobody completed, and counts it', () => {
    const ring = new Ring()
      .add({ data: Buffer.from('one') })
      .add({ data: Buffer.alloc(500), complete: false })
      .add({ data: Buffer.from('two') });
    const { packets, unfinished } = ring.read();
    expect(packets.map(({ data }) => Buffer.from(data.subarray(40)).toString())).toEqual(['one', 'two']);
    expect(unfinished).toBe(1);
  });

  it('keeps the youngest events when the ring has gone round, also one across its end', () => {
    const ring = new Ring();
    const text = (index: number) => `${index}`.padStart(400, '.');
    for (let index = 0; index < 300; index++) ring.add({ data: Buffer.from(text(index)) });
    const { packets, overwrittenBytes } = ring.read();
    const read = packets.map(({ data }) => Buffer.from(data.subarray(40)).toString());
    expect(read).toEqual(Array.from({ length: read.length }, (_, index) => text(300 - read.length + index)));
    expect(read.length).toBe(Math.floor(SIZE / 512));
    expect(overwrittenBytes).toBe(ring.head - SIZE);
  });

  it('stops where the ring had come to when it was asked, and reads no more than it may', () => {
    const ring = new Ring().add({ data: Buffer.from('one') });
    const head = ring.open(flightHead);
    ring.add({ data: Buffer.from('two') });
    expect(ring.read({ head }).packets).toHaveLength(1);
    expect(ring.read({ maxBytes: 128 }).packets.map(({ data }) => Buffer.from(data.subarray(40)).toString())).toEqual([
      'two',
    ]);
  });

  it('never goes back in time, whatever the clocks of two processes say', () => {
    const { packets } = new Ring()
      .add({ data: Buffer.from('a'), time: 9n })
      .add({ data: Buffer.from('b'), time: 8n })
      .read();
    expect(packets.map(({ timestampNs }) => timestampNs)).toEqual([9n, 9n]);
  });

  it('survives any byte of an event being damaged', () => {
    const event = new Ring().add({ data: Buffer.from('one') }).add({ data: Buffer.from('two') });
    for (let at = 0; at < 256; at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const ring = new Ring();
        event.bytes.copy(ring.bytes);
        ring.bytes[RING.headerSize + at] = value;
        expect(ring.read().packets.length).toBeLessThanOrEqual(5000);
      }
    }
  });

  it('finds nothing in a file that is cut, or is no ring', () => {
    const path = join(folder, 'other');
    const whole = new Ring().add({ data: Buffer.from('one') }).bytes;
    for (const length of [0, 1, 4095, 4096, 4100]) {
      writeFileSync(path, whole.subarray(0, length));
      const file = openSync(path, 'r');
      expect(readFlightRecorder(file).packets).toEqual([]);
      expect(isFlightRecorder(file)).toBe(length >= RING.headerSize);
      closeSync(file);
    }
  });
});
