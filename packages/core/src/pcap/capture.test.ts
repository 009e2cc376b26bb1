import { createReadStream, readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GOLDEN_NAMES, golden, goldenPath } from '../../test/golden.js';
import type { ByteSource } from '../bytes/byte-source.js';
import { CaptureError } from '../bytes/capture-error.js';
import type { Packet } from '../pcapng/packet.js';
import { encodeBlocks } from '../pcapng/writer.js';
import { readBlocks, readCapture, readPackets, streamBlocks, streamPackets } from './capture.js';

/** The fields of `packet`, which has them behind getters. */
const plain = ({
  timestampNs,
  originalLength,
  capturedLength,
  data,
  options,
  interface: { section, index },
}: Packet) => ({
  timestampNs,
  originalLength,
  capturedLength,
  data: Buffer.from(data).toString('hex'),
  options,
  interface: [section, index],
});

async function collect<T, U>(source: AsyncIterable<T>, map: (value: T) => U): Promise<U[]> {
  const all: U[] = [];
  for await (const value of source) all.push(map(value));
  return all;
}

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (const length of lengths) {
    chunks.push(bytes.subarray(start, start + length));
    start += length;
  }
  return [...chunks, bytes.subarray(start)];
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

const FORMAT_GOLDENS = GOLDEN_NAMES.filter((name) => name.startsWith('pcap'));

describe('the golden captures', () => {
  it.each(GOLDEN_NAMES)('%s has a text beside it that says what it holds', (name) => {
    expect(readdirSync(new URL('../../test/captures/', import.meta.url))).toContain(`${name}.txt`);
  });
});

describe('readPackets', () => {
  it.each(FORMAT_GOLDENS)('gives the packets before the damage, then a CaptureError, at every length of %s', (name) => {
    const whole = golden(name);
    const all = [...readPackets(whole)].map(plain);
    for (let length = 0; length < whole.byteLength; length += 1) {
      const found: unknown[] = [];
      const error = errorOf(() => {
        for (const packet of readPackets(whole.subarray(0, length))) found.push(plain(packet));
      });
      expect(found).toEqual(all.slice(0, found.length));
      if (error === undefined) continue; // The file was cut between two records: it is whole, just shorter.
      expect(error).toBeInstanceOf(CaptureError);
      expect(error).toMatchObject({ code: 'TRUNCATED' });
      expect((error as CaptureError).offset).toBeLessThanOrEqual(length);
    }
  });

  it.each(FORMAT_GOLDENS)('ends without an error only where a record of %s ends', (name) => {
    const whole = golden(name);
    const isPcapng = name.endsWith('.pcapng');
    const lengths = Array.from({ length: whole.byteLength }, (_, length) => length);
    const wholeLengths = lengths.filter(
      (length) => errorOf(() => [...readPackets(whole.subarray(0, length))]) === undefined,
    );
    const records = isPcapng ? [...readBlocks(whole)].length : [...readPackets(whole)].length + 1;
    expect(wholeLengths).toHaveLength(records - 1);
  });

  it.each([
    ['', 'TRUNCATED', 0, 'Cannot read this as a capture: it is empty'],
    ['0a0d', 'TRUNCATED', 0, 'Cannot read this as a capture: it ends after 2 of the 4 bytes that tell its format'],
    [
      '47494638',
      'BAD_MAGIC',
      0,
      'Cannot read this as a capture: it starts with 0x47494638, which is neither pcap nor pcapng',
    ],
    ['d4c3b2a1', 'TRUNCATED', 0, 'Cannot read the pcap header at byte 0: it takes 24 bytes, the file holds 4 more'],
    [
      'd4c3b2a1020005000000000000000000ffff000065000000',
      'UNSUPPORTED_VERSION',
      4,
      'Cannot read a pcap file of version 2.5: only version 2.4 is known',
    ],
    [
      '0a0d0d0a1c000000deadbeef01000000ffffffffffffffff1c000000',
      'BAD_MAGIC',
      0,
      'Cannot read the pcapng section at byte 0: its byte-order magic is not 0x1a2b3c4d',
    ],
    [
      '0a0d0d0a1c0000004d3c2b1a02000000ffffffffffffffff1c000000',
      'UNSUPPORTED_VERSION',
      12,
      'Cannot read the pcapng section at byte 12: it is of version 2.0, only 1.0 is known',
    ],
    [
      '0a0d0d0a1d0000004d3c2b1a01000000ffffffffffffffff1c000000',
      'BAD_LENGTH',
      0,
      'Cannot read the pcapng block at byte 0: its length is 29, it must be a multiple of 4 and at least 12',
    ],
    [
      '0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff20000000',
      'BAD_LENGTH',
      0,
      'Cannot read the pcapng block at byte 0: its length is 28 at its start, 32 at its end',
    ],
  ] as const)('refuses %s with %s at byte %i', (hex, code, offset, message) => {
    const error = errorOf(() => [...readPackets(Uint8Array.from(Buffer.from(hex, 'hex')))]);
    expect(error).toEqual(new CaptureError(code, message, { offset }));
    expect(error).toMatchObject({ name: 'CaptureError', code, offset });
  });

  it('says which interface was never described', () => {
    const bytes = encodeBlocks([
      { type: 'section-header', byteOrder: 'little' },
      { type: 'interface-description', linkType: 101, snapLength: 0 },
      { type: 'enhanced-packet', interfaceId: 0, timestamp: 0n, originalLength: 0, data: new Uint8Array() },
    ]);
    new DataView(bytes.buffer).setUint32(bytes.byteLength - 24, 7, true);
    expect(errorOf(() => [...readPackets(bytes)])).toMatchObject({
      code: 'BAD_BLOCK',
      offset: 48,
      message: expect.stringContaining('it names interface 7, 1 interface was described before it'),
    });
  });

  it('says that a packet holds more than its block', () => {
    const bytes = golden('pcapng-two-sections.pcapng');
    const blocks = [...readBlocks(bytes)];
    const start = encodeBlocks(blocks.slice(0, 2)).byteLength;
    new DataView(bytes.buffer).setUint32(start + 20, 5000, true);
    const message =
      `Cannot read the packet in the pcapng enhanced packet block at byte ${start + 28}: ` +
      'it holds 5000 bytes, the block has 136 left';
    expect(errorOf(() => [...readPackets(bytes)])).toEqual(
      new CaptureError('BAD_LENGTH', message, { offset: start + 28 }),
    );
  });

  it('refuses a record that is longer than it was told to accept', () => {
    const bytes = golden('pcap-nanoseconds-le.pcap');
    expect(errorOf(() => [...readPackets(bytes, { maxRecordLength: 34 })])).toMatchObject({
      code: 'TOO_LONG',
      offset: 73,
      message: 'Cannot read the pcap packet record at byte 73: it holds 35 bytes, more than the 34 this reader accepts',
    });
  });

  it('unpacks gzip', () => {
    const bytes = golden('pcapng-all-blocks-le.pcapng');
    expect([...readPackets(gzipSync(bytes))].map(plain)).toEqual([...readPackets(bytes)].map(plain));
  });

  it('says that gzip data is damaged', () => {
    const bytes = gzipSync(golden('http.pcap'));
    expect(errorOf(() => [...readPackets(bytes.subarray(0, -1))])).toMatchObject({
      code: 'BAD_GZIP',
      message: 'Cannot unpack the capture behind byte 0: unexpected end of file',
      cause: expect.objectContaining({ code: 'Z_BUF_ERROR' }),
    });
  });
});

describe('streamPackets', () => {
  it.each(FORMAT_GOLDENS)('gives the same packets of %s, wherever its chunks are cut', async (name) => {
    const bytes = golden(name);
    const expected = [...readPackets(bytes)].map(plain);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 }), async (lengths) => {
        expect(await collect(streamPackets(cut(bytes, lengths)), plain)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it.each(FORMAT_GOLDENS)('reads %s byte by byte', async (name) => {
    const bytes = golden(name);
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await collect(streamPackets(chunks), plain)).toEqual([...readPackets(bytes)].map(plain));
  });

  it.each([
    ['a Node stream of a file', () => createReadStream(goldenPath('http.pcap'))],
    ['a Web stream', () => Readable.toWeb(createReadStream(goldenPath('http.pcap'))) as ByteSource],
    ['a compressed stream', () => Readable.from([gzipSync(golden('http.pcap'))])],
    ['a compressed stream in small chunks', () => cut(gzipSync(golden('http.pcap')), Array<number>(100).fill(1))],
  ] satisfies [string, () => ByteSource][])('reads %s', async (_what, open) => {
    expect(await collect(streamPackets(open()), plain)).toEqual([...readPackets(golden('http.pcap'))].map(plain));
  });

  it('gives the packets before the place where gzip data is damaged', async () => {
    const bytes = gzipSync(golden('http.pcap'));
    const found: unknown[] = [];
    const reading = (async () => {
      for await (const packet of streamPackets([bytes.subarray(0, -1)])) found.push(plain(packet));
    })();
    await expect(reading).rejects.toMatchObject({ name: 'CaptureError', code: 'BAD_GZIP' });
    expect(found).toEqual([...readPackets(golden('http.pcap'))].map(plain));
  });

  it('passes on what goes wrong in its source', async () => {
    const failure = new Error('the disk is gone');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(golden('http.pcap')).subarray(0, 50);
      throw failure;
    }
    await expect(collect(streamPackets(failing()), plain)).rejects.toBe(failure);
  });

  it('closes its source when the reader stops early', async () => {
    const source = createReadStream(goldenPath('http.pcap'));
    const closed = new Promise<void>((resolve) => source.once('close', () => resolve()));
    for await (const packet of streamPackets(source)) {
      expect(packet.capturedLength).toBe(74);
      break;
    }
    await closed;
    expect(source.destroyed).toBe(true);
  });

  it('copies a long record that comes in small chunks no more than a few times', async () => {
    const data = new Uint8Array(4_000_000).fill(7);
    const bytes = encodeBlocks([
      { type: 'section-header', byteOrder: 'little' },
      { type: 'interface-description', linkType: 101, snapLength: 0 },
      { type: 'enhanced-packet', interfaceId: 0, timestamp: 0n, originalLength: data.length, data },
    ]);
    // 40000 chunks: copying all that waits for each of them would move 80 GB.
    const [packet] = await collect(
      streamPackets(cut(bytes, Array<number>(40_000).fill(100))),
      ({ data: read }) => read,
    );
    expect(Buffer.compare(packet ?? new Uint8Array(), data)).toBe(0);
  });
});

describe('streamBlocks', () => {
  it('gives the same blocks as readBlocks', async () => {
    const bytes = golden('pcapng-all-blocks-be.pcapng');
    const blocks = await collect(streamBlocks(cut(bytes, Array<number>(200).fill(5))), (block) => block);
    expect(blocks).toEqual([...readBlocks(bytes)]);
  });
});

describe('readCapture', () => {
  it('says what a pcap file holds', () => {
    const capture = readCapture(golden('pcap-microseconds-be.pcap'));
    expect(capture).toMatchObject({ format: 'pcap', blocks: [], damage: undefined });
    expect(capture.interfaces).toEqual([{ section: 0, index: 0, linkType: 101, snapLength: 65535 }]);
    expect(capture.packets.map(({ timestampNs }) => timestampNs)).toEqual([
      1_700_000_000_123_456_000n,
      1_700_000_000_123_456_000n,
      1_700_000_001_999_999_000n,
    ]);
  });

  it('says what a pcapng file holds', () => {
    const capture = readCapture(golden('pcapng-all-blocks-le.pcapng'));
    expect(capture.format).toBe('pcapng');
    expect(capture.interfaces.map(({ index, name }) => [index, name])).toEqual([
      [0, 'web'],
      [1, 'laptop'],
      [2, undefined],
    ]);
    expect([...capture.names]).toEqual([
      ['10.53.57.11', 'web'],
      ['fd00::5357:5f0b', 'web6'],
    ]);
    expect(capture.packets).toHaveLength(5);
  });

  it('keeps what comes before the damage when it is told to', () => {
    const { packets, damage } = readCapture(golden('pcap-nanoseconds-le.pcap').subarray(0, -1), { damaged: 'keep' });
    expect(packets).toHaveLength(2);
    expect(damage).toMatchObject({ code: 'TRUNCATED', offset: 124 });
    expect(damage?.message).toBe(
      'Cannot read the pcap packet record at byte 124: it takes 44 bytes, the file holds 43 more',
    );
  });

  it('throws even then when nothing of a capture is there', () => {
    expect(() => readCapture(new Uint8Array(), { damaged: 'keep' })).toThrow(CaptureError);
    expect(() => readCapture(Uint8Array.of(1, 2, 3, 4), { damaged: 'keep' })).toThrow(CaptureError);
  });
});
