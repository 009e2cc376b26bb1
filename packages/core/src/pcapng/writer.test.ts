import { describe, expect, it } from 'vitest';
import { golden } from '../../test/golden.js';
import type { CaptureWriteErrorCode } from '../bytes/capture-error.js';
import { readBlocks } from '../pcap/capture.js';
import type { Block } from './blocks/block.js';
import { encodeBlocks, streamEncodedBlocks } from './writer.js';

const SECTION: Block = { type: 'section-header', byteOrder: 'little' };
const INTERFACE: Block = { type: 'interface-description', linkType: 101, snapLength: 0 };
const PACKET: Block = {
  type: 'enhanced-packet',
  interfaceId: 0,
  timestamp: 1n,
  originalLength: 3,
  data: Uint8Array.of(1, 2, 3),
};
const NO_DATA = new Uint8Array();

describe('encodeBlocks', () => {
  it.each(['pcapng-all-blocks-le.pcapng', 'pcapng-all-blocks-be.pcapng', 'pcapng-two-sections.pcapng'])(
    'writes what was read of %s, unknown blocks and options included',
    (name) => {
      const blocks = [...readBlocks(golden(name))];
      expect([...readBlocks(encodeBlocks(blocks))]).toEqual(blocks);
    },
  );

  it('writes the same bytes again when they are in the usual order', () => {
    const bytes = golden('pcapng-two-sections.pcapng');
    expect(encodeBlocks(readBlocks(bytes))).toEqual(bytes);
  });

  it.each([
    ['a block before the section header', 'NO_SECTION', [PACKET]],
    ['a packet of an interface that was not described', 'UNKNOWN_INTERFACE', [SECTION, PACKET]],
    ['a packet of an interface of the section before', 'UNKNOWN_INTERFACE', [SECTION, INTERFACE, SECTION, PACKET]],
    [
      'a simple packet without any interface',
      'UNKNOWN_INTERFACE',
      [SECTION, { type: 'simple-packet', originalLength: 0, data: NO_DATA }],
    ],
    [
      'a simple packet of the wrong length',
      'OUT_OF_RANGE',
      [SECTION, INTERFACE, { type: 'simple-packet', originalLength: 4, data: NO_DATA }],
    ],
    ['a time before 1970', 'OUT_OF_RANGE', [SECTION, INTERFACE, { ...PACKET, timestamp: -1n }]],
    ['a time past 64 bits', 'OUT_OF_RANGE', [SECTION, INTERFACE, { ...PACKET, timestamp: 2n ** 64n }]],
    ['a comment that is too long', 'OUT_OF_RANGE', [{ ...SECTION, comments: ['x'.repeat(65_536)] }]],
    ['a link type past 16 bits', 'OUT_OF_RANGE', [SECTION, { ...INTERFACE, linkType: 65_536 }]],
    ['half a byte', 'OUT_OF_RANGE', [SECTION, { ...INTERFACE, snapLength: 0.5 }]],
    ['a MAC address of five bytes', 'OUT_OF_RANGE', [SECTION, { ...INTERFACE, macAddress: new Uint8Array(5) }]],
    ['a name for no address', 'OUT_OF_RANGE', [SECTION, nameBlock('web', ['web'])]],
    ['an address without names', 'OUT_OF_RANGE', [SECTION, nameBlock('::1', [])]],
    ['a name that holds a NUL', 'OUT_OF_RANGE', [SECTION, nameBlock('::1', ['a\0b'])]],
    [
      'an unknown block of the other byte order',
      'FOREIGN_BYTE_ORDER',
      [SECTION, { type: 'unknown', blockType: 99, byteOrder: 'big', body: NO_DATA }],
    ],
    [
      'a custom block of the other byte order',
      'FOREIGN_BYTE_ORDER',
      [SECTION, { type: 'custom', enterprise: 1, copyable: true, byteOrder: 'big', data: NO_DATA }],
    ],
    [
      'an unknown option of the other byte order',
      'FOREIGN_BYTE_ORDER',
      [{ ...SECTION, unknownOptions: [{ code: 99, byteOrder: 'big', value: NO_DATA }] }],
    ],
  ] satisfies [string, CaptureWriteErrorCode, Block[]][])('refuses %s with %s', (_what, code, blocks) => {
    expect(() => encodeBlocks(blocks)).toThrow(expect.objectContaining({ name: 'CaptureWriteError', code }));
  });

  it('says what does not fit', () => {
    expect(() => encodeBlocks([SECTION, { ...INTERFACE, linkType: 70_000 }])).toThrow(
      'Cannot write 70000 as the link type: it must be from 0 to 65535',
    );
    expect(() => encodeBlocks([SECTION, PACKET])).toThrow(
      'Cannot write a block of interface 0: its section has described 0 so far',
    );
  });
});

describe('streamEncodedBlocks', () => {
  it('gives the same bytes, block by block', async () => {
    const blocks = [SECTION, INTERFACE, PACKET];
    const chunks: Uint8Array[] = [];
    for await (const chunk of streamEncodedBlocks(blocks)) chunks.push(chunk);
    expect(chunks).toHaveLength(3);
    expect(Uint8Array.from(Buffer.concat(chunks))).toEqual(encodeBlocks(blocks));
  });
});

function nameBlock(address: string, names: readonly string[]): Block {
  return { type: 'name-resolution', records: [{ kind: 'ip', address, names }] };
}
