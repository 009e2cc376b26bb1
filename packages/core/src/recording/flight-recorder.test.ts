import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FlightRecording,
  flightHead,
  isFlightComplete,
  isFlightRecorder,
  readFlightRecorder,
} from './flight-recorder.js';
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
  readonly state?: keyof typeof EVENT.states;
  readonly pid?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly flags?: number;
  /** From the web server to the laptop instead of the other way. */
  readonly isAnswer?: boolean;
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
    state = 'complete',
    pid = 4242,
    sequence = 7,
    acknowledgement = 0,
    flags = 24,
    isAnswer = false,
    ...rest
  }: EventFields) {
    const { alignment, fields, states } = EVENT;
    const headerSize = EVENT.headerSize.ipv4;
    const size = Math.ceil((headerSize + data.length) / alignment) * alignment;
    const event = Buffer.alloc(size);
    event.writeBigUInt64LE(BigInt(this.head + states[state]), fields.state);
    event.writeBigUInt64LE(time, fields.time);
    event.writeUInt32LE(size, fields.size);
    event.writeUInt32LE(data.length, fields.stored);
    event.writeUInt32LE(rest.length ?? data.length, fields.length);
    event.writeUInt32LE(sequence, fields.sequence);
    event.writeUInt32LE(acknowledgement, fields.acknowledgement);
    event.writeUInt32LE(pid, fields.pid);
    event.writeUInt16LE(1500, fields.mtu);
    event.writeUInt16LE(limit, fields.limit);
    event.writeUInt8(kind, fields.kind);
    event.writeUInt8(flags, fields.flags);
    event.writeUInt8(4, fields.family);
    event.writeUInt8(12, fields.interfaceId);
    event.writeUInt16LE(isAnswer ? 80 : 40_000, fields.sourcePort);
    event.writeUInt16LE(isAnswer ? 40_000 : 80, fields.destinationPort);
    event.set(isAnswer ? [...WEB, ...LAPTOP] : [...LAPTOP, ...WEB], fields.addresses);
    event.set(data, headerSize);
    for (const [index, byte] of event.entries()) this.bytes[RING.headerSize + ((this.head + index) % SIZE)] = byte;
    this.head += size;
    this.bytes.writeBigUInt64LE(BigInt(this.head), RING.fields.head);
    return this;
  }

  /** From here on the ring is another network's. */
  renew() {
    this.head = Math.ceil(this.head / SIZE) * SIZE;
    for (const field of [RING.fields.head, RING.fields.begin]) this.bytes.writeBigUInt64LE(BigInt(this.head), field);
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

  /** The data of the packets that are read. */
  texts(options?: Parameters<typeof readFlightRecorder>[1]): string[] {
    return this.read(options).packets.map(({ data }) => Buffer.from(data.subarray(40)).toString());
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

  it('says how far a datagram might go, and in which class', () => {
    const [packet] = new Ring().add({ kind: EVENT_KIND.datagram, sequence: 3, flags: 0xb8 }).read().packets;
    const view = Buffer.from(packet?.data ?? []);
    expect([view[8], view[1]]).toEqual([3, 0xb8]);
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += view.readUInt16BE(at);
    expect((sum & 0xffff) + (sum >> 16)).toBe(0xffff);
  });

  it('makes the three segments of a handshake, with the options of both sides', () => {
    const { packets } = new Ring().add({ kind: EVENT_KIND.handshake }).read();
    const views = packets.map(({ data }) => Buffer.from(data));
    expect(views.map((view) => [view[33], view.readUInt32BE(24), view.readUInt32BE(28), view.length])).toEqual([
      [2, 0, 0, 48],
      [18, 0, 1, 48],
      [16, 1, 1, 40],
    ]);
    expect(views.map((view) => view.readUInt16BE(20))).toEqual([40_000, 80, 40_000]);
  });

  it('makes one segment of an event without data: a FIN', () => {
    const { packets } = new Ring().add({ flags: 17 }).read();
    expect(packets.map(({ data }) => [data.length, data[33]])).toEqual([[40, 17]]);
  });

  it('keeps the youngest events when the ring has gone round, also one across its end', () => {
    const ring = new Ring();
    const text = (index: number) => `${index}`.padStart(400, '.');
    for (let index = 0; index < 300; index++) ring.add({ data: Buffer.from(text(index)) });
    const { overwrittenBytes } = ring.read();
    const read = ring.texts();
    expect(read).toEqual(Array.from({ length: read.length }, (_, index) => text(300 - read.length + index)));
    expect(read.length).toBe(Math.floor(SIZE / 512));
    expect(overwrittenBytes).toBe(ring.head - SIZE);
  });

  it('reads nothing of the network that had the ring before', () => {
    const earlier = new Ring().add({ data: Buffer.from('secret') }).add({ data: Buffer.from('told') });
    expect(earlier.renew().read()).toMatchObject({ packets: [], overwrittenBytes: 0, lostEvents: 0, unfinished: 0 });
    earlier.add({ data: Buffer.from('new') });
    expect([earlier.texts(), earlier.read().overwrittenBytes]).toEqual([['new'], 0]);
  });

  it('says of a ring that is used again what has been overwritten of this network alone', () => {
    const ring = new Ring().add({ data: Buffer.from('secret') }).renew();
    for (let index = 0; index < 300; index++) ring.add({ data: Buffer.alloc(400) });
    expect(ring.read()).toMatchObject({ overwrittenBytes: 300 * 512 - SIZE });
    expect(ring.texts()).toHaveLength(SIZE / 512);
  });

  it('counts a place that was taken first of all by a network, in a ring that is used again, as one that says nothing yet', () => {
    const ring = new Ring().add({ data: Buffer.from('earlier') }).renew();
    ring.head += EVENT.alignment;
    ring.bytes.writeBigUInt64LE(BigInt(ring.head), RING.fields.head);
    expect(ring.open((file) => isFlightComplete(file, flightHead(file)))).toBe(false);
  });

  it('stops where the ring had come to when it was asked, and reads no more than it may', () => {
    const ring = new Ring().add({ data: Buffer.from('one') });
    const head = ring.open(flightHead);
    ring.add({ data: Buffer.from('two') });
    expect(ring.read({ head }).packets).toHaveLength(1);
    expect(ring.texts({ maxBytes: 128 })).toEqual(['two']);
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

  describe('of events that are not complete', () => {
    const DEAD = 666;
    const surroundings = { nowNs: 2_000_000_000n, isGone: (pid: number) => pid === DEAD };
    const recent = 1_500_000_000n;
    const text = (data: string) => Buffer.from(data);
    const last = { data: text('last words'), state: 'offered', pid: DEAD, sequence: 100, time: recent } as const;
    const begun = () => new Ring().add({ data: text('one') });

    it('tells nothing of what lies behind data that a live process has just offered to the kernel', () => {
      const ring = begun()
        .add({ data: text('question'), state: 'offered', time: recent })
        .add({ data: text('answer'), time: recent });
      expect(ring.texts({ surroundings })).toEqual(['one']);
    });

    it('passes over one that has not been completed for a second', () => {
      const ring = begun()
        .add({ data: text('late'), state: 'offered', time: 900_000_000n })
        .add({ data: text('two') });
      expect(ring.texts({ surroundings })).toEqual(['one', 'two']);
    });

    it('passes over a place that somebody has just taken: nothing can be an answer to it', () => {
      const ring = begun().add({ data: text('question'), state: 'reserved', time: recent });
      ring.head += 128;
      ring.add({ data: text('two'), time: recent });
      expect(ring.texts({ surroundings })).toEqual(['one', 'two']);
    });

    it('waits for nothing once all programs have ended', () => {
      const ring = begun().add({ ...last, pid: 4242 });
      ring.head += 128;
      ring.add({ sequence: 104, flags: 17, time: recent });
      expect(ring.texts({ surroundings: { ...surroundings, isOver: true } })).toEqual(['one', 'last', '']);
    });

    it('leaves out what a killed process had not offered to the kernel yet', () => {
      const ring = begun()
        .add({ data: text('never'), state: 'reserved', pid: DEAD, time: recent })
        .add({ data: text('two') });
      expect(ring.texts({ surroundings })).toEqual(['one', 'two']);
    });

    it('has as much of the last words of a killed process as the end of its stream says', () => {
      const ring = begun().add(last).add({ sequence: 104, flags: 17, time: recent });
      expect(ring.texts({ surroundings })).toEqual(['one', 'last', '']);
    });

    it('has as much of them as another process of the stream has put behind them', () => {
      const ring = begun()
        .add(last)
        .add({ data: text('more'), sequence: 110 });
      expect(ring.texts({ surroundings })).toEqual(['one', 'last words', 'more']);
    });

    it('has as much of them as the other side has acknowledged', () => {
      const ring = begun()
        .add(last)
        .add({ data: text('yes?'), acknowledgement: 107, isAnswer: true });
      expect(ring.texts({ surroundings })).toEqual(['one', 'last wo', 'yes?']);
    });

    it('has as much of them as the receiving socket has read, and nothing that nobody has', () => {
      const local = '10.53.57.11:80';
      const peer = '10.53.57.12:40000';
      const read = (received: bigint) =>
        begun()
          .add(last)
          .texts({ surroundings: { ...surroundings, sockets: () => [{ local, peer, received }] } });
      expect(read(109n)).toEqual(['one', 'last words']);
      expect(read(102n)).toEqual(['one', 'las']);
      expect(read(99n)).toEqual(['one']);
      expect(begun().add(last).read({ surroundings })).toMatchObject({ packets: [{}], unfinished: 1 });
    });

    it('has a datagram that a killed process was about to send', () => {
      const ring = begun().add({ kind: EVENT_KIND.datagram, data: text('12345678bye'), state: 'offered', pid: DEAD });
      expect(ring.read({ surroundings }).packets).toHaveLength(2);
    });
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
