import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GOLDEN_NAMES, golden } from '../../test/golden.js';
import type { ByteOrder } from '../bytes/byte-order.js';
import { CaptureError } from '../bytes/capture-error.js';
import { conversationsIn } from '../dissect/conversations.js';
import { messagesOf } from '../dissect/messages.js';
import type { Block } from '../pcapng/blocks/block.js';
import type { CommonOptions } from '../pcapng/options.js';
import { encodeBlocks } from '../pcapng/writer.js';
import { renderText } from '../render/render-text.js';
import { widthOf } from '../render/text-width.js';
import { PacketDecoder, readBlocks, readCapture, readPackets } from './capture.js';
import { LinkType } from './link-type.js';
import { encodePcap } from './writer.js';

const bytes = (constraints: fc.IntArrayConstraints = { maxLength: 70 }) => fc.uint8Array(constraints);
const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Text that UTF-8 can hold: no half of a surrogate pair. */
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const list = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: 1, maxLength: 3 });
const kindAndValue = fc.record({ kind: u8, value: bytes() });
const ipv4 = fc.ipV4();
const ipv6 = fc.constantFrom('::', '::1', 'fd00::5357:5f0b', '2001:db8::1:0:0:1', '::ffff:10.53.57.1');
const optional = { requiredKeys: [] as [] };

function common(byteOrder: ByteOrder): fc.Arbitrary<CommonOptions> {
  const custom = fc.record({ enterprise: u32, value: fc.oneof(text, bytes()), copyable: fc.boolean() });
  const unknown = fc.record({
    code: fc.integer({ min: 100, max: 2000 }),
    value: bytes(),
    byteOrder: fc.constant(byteOrder),
  });
  return fc.record({ comments: list(text), customOptions: list(custom), unknownOptions: list(unknown) }, optional);
}

function packet(byteOrder: ByteOrder): fc.Arbitrary<Block> {
  const flags = fc.record(
    {
      direction: fc.constantFrom('inbound' as const, 'outbound' as const),
      reception: fc.constantFrom(
        'unicast' as const,
        'multicast' as const,
        'broadcast' as const,
        'promiscuous' as const,
      ),
      frameCheckLength: fc.integer({ min: 1, max: 15 }),
      otherBits: fc.constantFrom(0x1000_0000, 0x8000_0000),
    },
    optional,
  );
  const options = fc.record(
    {
      flags,
      hashes: list(kindAndValue),
      dropCount: u64,
      packetId: u64,
      queue: u32,
      verdicts: list(kindAndValue),
      process: fc.record({ processId: u32, threadId: u32 }),
    },
    optional,
  );
  const fields = fc.record({ interfaceId: fc.constant(0), timestamp: u64, originalLength: u32, data: bytes() });
  return fc
    .tuple(fields, options, common(byteOrder))
    .map(([a, b, c]): Block => ({ type: 'enhanced-packet', ...a, ...b, ...c }));
}

function otherBlock(byteOrder: ByteOrder): fc.Arbitrary<Block> {
  const interfaces = fc.record(
    {
      name: text,
      description: text,
      ipv4Addresses: list(fc.record({ address: ipv4, mask: ipv4 })),
      ipv6Addresses: list(fc.record({ address: ipv6, prefixLength: u8 })),
      macAddress: bytes({ minLength: 6, maxLength: 6 }),
      speed: u64,
      timeResolution: u8,
      timeOffsetSeconds: i64,
      filter: kindAndValue,
    },
    optional,
  );
  const statistics = fc.record({ startTime: u64, endTime: u64, received: u64, dropped: u64, delivered: u64 }, optional);
  const name = fc.string({ unit: fc.constantFrom('a', 'ä', '.', '-'), minLength: 1, maxLength: 9 });
  const record = fc.oneof(
    fc.record({ kind: fc.constant('ip' as const), address: fc.oneof(ipv4, ipv6), names: list(name) }),
    fc.record({ kind: fc.constant('other' as const), recordType: fc.integer({ min: 3, max: 9 }), value: bytes() }),
  );
  const fourBytes = bytes().map((array) => array.subarray(0, array.length & ~3));
  const field = fc.record({ name: fc.constantFrom('MESSAGE', '_PID'), value: text });
  const order = fc.constant(byteOrder);
  return fc.oneof(
    fc
      .tuple(fc.record({ linkType: u16, snapLength: u32 }), interfaces, common(byteOrder))
      .map(([a, b, c]): Block => ({ type: 'interface-description', ...a, ...b, ...c })),
    fc
      .tuple(
        fc.record({ records: list(record) }),
        fc.record({ dnsName: text, dnsIpv4Address: ipv4 }, optional),
        common(byteOrder),
      )
      .map(([a, b, c]): Block => ({ type: 'name-resolution', ...a, ...b, ...c })),
    fc
      .tuple(fc.record({ timestamp: u64 }), statistics, common(byteOrder))
      .map(([a, b, c]): Block => ({ type: 'interface-statistics', interfaceId: 0, ...a, ...b, ...c })),
    fc
      .tuple(fc.record({ secretsType: u32, data: bytes() }), common(byteOrder))
      .map(([a, b]): Block => ({ type: 'decryption-secrets', ...a, ...b })),
    list(field).map((fields): Block => ({ type: 'systemd-journal', fields })),
    fc.record({
      type: fc.constant('custom' as const),
      enterprise: u32,
      copyable: fc.boolean(),
      data: fourBytes,
      byteOrder: order,
    }),
    fc.record({
      type: fc.constant('unknown' as const),
      blockType: fc.integer({ min: 100, max: 2000 }),
      byteOrder: order,
      body: fourBytes,
    }),
    bytes().map((data): Block => ({ type: 'simple-packet', originalLength: data.length, data })),
  );
}

const section: fc.Arbitrary<Block[]> = fc
  .constantFrom('little' as const, 'big' as const)
  .chain((byteOrder) =>
    fc
      .tuple(common(byteOrder), fc.array(fc.oneof(packet(byteOrder), otherBlock(byteOrder)), { maxLength: 8 }))
      .map(([options, blocks]) => [
        { type: 'section-header', byteOrder, ...options },
        { type: 'interface-description', linkType: LinkType.RAW, snapLength: 0 },
        ...blocks,
      ]),
  );

/** A golden capture with a few bytes changed. */
const damaged = fc
  .tuple(fc.constantFrom(...GOLDEN_NAMES), fc.array(fc.tuple(fc.nat(), u8), { minLength: 1, maxLength: 8 }))
  .map(([name, changes]) => {
    const file = golden(name);
    // The header is spared most of the time: a file with another magic number is refused at once.
    for (const [at, value] of changes) file[at % file.length] = value;
    return file;
  });

function expectCaptureError(error: unknown, length: number): void {
  expect(error).toBeInstanceOf(CaptureError);
  const { offset, message } = error as CaptureError;
  expect(offset).toBeGreaterThanOrEqual(0);
  expect(offset).toBeLessThanOrEqual(length);
  expect(message).toMatch(/^Cannot /);
}

describe('a pcapng file', () => {
  it('is read as it was written, whatever its blocks and options', () => {
    fc.assert(
      fc.property(fc.array(section, { minLength: 1, maxLength: 3 }), (sections) => {
        const blocks = sections.flat();
        expect([...readBlocks(encodeBlocks(blocks))]).toEqual(blocks);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a pcap file', () => {
  it('is read as it was written, in both byte orders and resolutions', () => {
    const time = fc.bigInt({ min: 0n, max: 0xffff_ffffn * 1_000_000_000n });
    const records = fc.array(fc.record({ timestampNs: time, data: bytes(), originalLength: u32 }), { maxLength: 10 });
    const header = fc.record({
      byteOrder: fc.constantFrom('little' as const, 'big' as const),
      resolution: fc.constantFrom('microseconds' as const, 'nanoseconds' as const),
      snapLength: u32,
      linkType: u16,
    });
    fc.assert(
      fc.property(records, header, (written, file) => {
        const unit = file.resolution === 'microseconds' ? 1000n : 1n;
        const read = [...readPackets(encodePcap(written, file))];
        expect(read.map(({ data, originalLength, timestampNs }) => ({ data, originalLength, timestampNs }))).toEqual(
          written.map((record) => ({ ...record, timestampNs: record.timestampNs - (record.timestampNs % unit) })),
        );
        for (const {
          interface: { linkType, snapLength },
        } of read)
          expect({ linkType, snapLength }).toEqual({ linkType: file.linkType, snapLength: file.snapLength });
      }),
    );
  });
});

describe('a damaged file', () => {
  it('ends in a CaptureError or is read, and nothing else', () => {
    fc.assert(
      fc.property(damaged, (file) => {
        for (const read of [readPackets, readBlocks]) {
          try {
            for (const _ of read(file));
          } catch (error) {
            expectCaptureError(error, file.length);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('gives the same packets whether it is read as packets or as blocks', () => {
    fc.assert(
      fc.property(damaged, (file) => {
        const count = (read: () => Iterable<unknown>): { found: number; code: unknown } => {
          let found = 0;
          try {
            for (const _ of read()) found += 1;
          } catch (error) {
            return { found, code: (error as CaptureError).code };
          }
          return { found, code: undefined };
        };
        const packets = count(() => readPackets(file));
        const isPcapng = file[0] === 0x0a;
        if (!isPcapng) return;
        const blocks = count(function* () {
          for (const block of readBlocks(file)) if (block.type.endsWith('-packet')) yield block;
        });
        expect(packets).toEqual(blocks);
      }),
      { numRuns: 500 },
    );
  });

  it('ends at the same place with the same words, wherever its chunks are cut', () => {
    const told = (chunks: Iterable<Uint8Array>): unknown[] => {
      const decoder = new PacketDecoder();
      const found: unknown[] = [];
      try {
        for (const chunk of chunks) for (const { data } of decoder.push(chunk)) found.push(data);
        decoder.end();
      } catch (error) {
        const { code, offset, message } = error as CaptureError;
        found.push({ code, offset, message });
      }
      return found;
    };
    fc.assert(
      fc.property(damaged, fc.array(fc.integer({ min: 1, max: 400 })), (file, lengths) => {
        let start = 0;
        const chunks = [...lengths, file.length].map((length) => {
          start += length;
          return file.subarray(start - length, start);
        });
        expect(told(chunks)).toEqual(told([file]));
      }),
      { numRuns: 300 },
    );
  });

  it('is drawn without a throw, within the width, without control characters', () => {
    fc.assert(
      fc.property(damaged, fc.integer({ min: 30, max: 120 }), (file, width) => {
        try {
          const lines = renderText(readCapture(file, { damaged: 'keep' }), { width }).split('\n');
          for (const line of lines) {
            expect(widthOf(line)).toBeLessThanOrEqual(width);
            expect(stripVTControlCharacters(line)).toBe(line);
          }
        } catch (error) {
          expectCaptureError(error, file.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('any bytes', () => {
  it('are read or refused behind any start of a file', () => {
    const starts = ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a', '1f8b', ''];
    fc.assert(
      fc.property(fc.constantFrom(...starts), bytes({ maxLength: 300 }), (start, rest) => {
        const file = Uint8Array.from([...Buffer.from(start, 'hex'), ...rest]);
        try {
          for (const _ of readPackets(file));
        } catch (error) {
          expectCaptureError(error, file.length);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('are told in some way as packets of any link', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(LinkType)),
        fc.array(bytes({ maxLength: 120 })),
        (linkType, packets) => {
          const file = encodePcap(
            packets.map((data) => ({ data })),
            { linkType },
          );
          for (const conversation of conversationsIn(readPackets(file))) messagesOf(conversation);
        },
      ),
      { numRuns: 500 },
    );
  });
});
