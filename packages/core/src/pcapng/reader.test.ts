import { describe, expect, it } from 'vitest';
import { golden } from '../../test/golden.js';
import { readBlocks, readPackets } from '../pcap/capture.js';
import type { Block } from './blocks/block.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const MAC = Uint8Array.of(0x02, 0, 0x5e, 0, 0x53, 1);

/** What `pcapng-all-blocks-*.pcapng` hold, but for the packets' bytes. */
function expectedBlocks(byteOrder: 'little' | 'big'): unknown[] {
  const number = (value: number, length: number) => {
    const bytes = new Uint8Array(length);
    bytes[byteOrder === 'little' ? 0 : length - 1] = value;
    return bytes;
  };
  return [
    {
      type: 'section-header',
      byteOrder,
      comments: ['first comment', 'second: ä€'],
      hardware: 'a machine',
      os: 'an OS',
      application: 'formats.py',
      customOptions: [
        { enterprise: 32473, value: 'copy me', copyable: true },
        { enterprise: 32473, value: Uint8Array.of(1, 2, 3), copyable: false },
      ],
      unknownOptions: [{ code: 0x7777, value: utf8('unknown'), byteOrder }],
    },
    {
      type: 'interface-description',
      linkType: 101,
      snapLength: 0,
      name: 'web',
      description: 'the web server',
      ipv4Addresses: [{ address: '10.53.57.11', mask: '255.255.255.0' }],
      ipv6Addresses: [{ address: 'fd00::5357:5f0b', prefixLength: 64 }],
      macAddress: MAC,
      euiAddress: Uint8Array.of(0x02, 0x34, 0x56, 0xff, 0xfe, 0x78, 0x9a, 0xbc),
      speed: 1_000_000_000n,
      timeResolution: 9,
      filter: { kind: 0, value: utf8('tcp port 80') },
      os: 'Linux',
      frameCheckLength: 4,
      hardware: 'a card',
      transmitSpeed: 1n,
      receiveSpeed: 2n,
      timeZoneName: 'Europe/Berlin',
    },
    { type: 'interface-description', linkType: 101, snapLength: 40, name: 'laptop', timeOffsetSeconds: 1000n },
    { type: 'interface-description', linkType: 101, snapLength: 65535, timeResolution: 0x94 },
    {
      type: 'name-resolution',
      records: [
        { kind: 'ip', address: '10.53.57.11', names: ['web'] },
        { kind: 'ip', address: 'fd00::5357:5f0b', names: ['web6', 'web.test'] },
        { kind: 'other', recordType: 3, value: Uint8Array.of(...MAC, ...utf8('mac\0')) },
      ],
      dnsName: 'dns',
      dnsIpv4Address: '10.53.57.1',
      dnsIpv6Address: 'fd00::1',
    },
    {
      type: 'decryption-secrets',
      secretsType: 0x544c534b,
      data: utf8('CLIENT_RANDOM 00 11\n'),
      comments: ['keys'],
    },
    {
      type: 'enhanced-packet',
      interfaceId: 0,
      timestamp: 1_700_000_000_123_456_789n,
      originalLength: 33,
      comments: ['the first'],
      flags: { direction: 'outbound', reception: 'unicast' },
      hashes: [{ kind: 2, value: new Uint8Array(4) }],
      dropCount: 3n,
      packetId: 77n,
      queue: 5,
      verdicts: [{ kind: 2, value: number(1, 8) }],
      process: { processId: 4242, threadId: 4243 },
    },
    { type: 'enhanced-packet', interfaceId: 1, timestamp: 1_699_999_000_123_456n, originalLength: 95 },
    { type: 'enhanced-packet', interfaceId: 2, timestamp: 1_782_579_202_097_151n, originalLength: 28 },
    { type: 'simple-packet', originalLength: 33 },
    {
      type: 'obsolete-packet',
      interfaceId: 0,
      dropCount: 2,
      timestamp: 1_700_000_001_999_999_999n,
      originalLength: 28,
      flags: { direction: 'inbound' },
    },
    {
      type: 'systemd-journal',
      fields: [
        { name: '__REALTIME_TIMESTAMP', value: '1700000000500000' },
        { name: 'PRIORITY', value: '3' },
        { name: 'SYSLOG_IDENTIFIER', value: 'web' },
        { name: 'MESSAGE', value: 'two\nlines' },
      ],
    },
    { type: 'unknown', blockType: 0x8000_0001, byteOrder, body: Uint8Array.of(...number(42, 4), ...utf8('body')) },
    {
      type: 'interface-statistics',
      interfaceId: 0,
      timestamp: 1_700_000_001_999_999_999n,
      comments: ['done'],
      startTime: 1_700_000_000_123_456_789n,
      endTime: 1_700_000_001_999_999_999n,
      received: 3n,
      dropped: 1n,
      accepted: 3n,
      droppedByOs: 0n,
      delivered: 3n,
    },
    { type: 'custom', enterprise: 32473, copyable: true, data: utf8('custom data\0'), byteOrder },
    { type: 'custom', enterprise: 32473, copyable: false, data: utf8('keep'), byteOrder },
  ];
}

const PACKET_TYPES: readonly string[] = ['enhanced-packet', 'simple-packet', 'obsolete-packet'];

function withoutPacketData(block: Block): unknown {
  if (!PACKET_TYPES.includes(block.type) || !('data' in block)) return block;
  const { data: _, ...rest } = block;
  return rest;
}

describe('readBlocks', () => {
  it.each([
    ['pcapng-all-blocks-le.pcapng', 'little'],
    ['pcapng-all-blocks-be.pcapng', 'big'],
  ] as const)('reads every block and option of %s', (name, byteOrder) => {
    expect([...readBlocks(golden(name))].map(withoutPacketData)).toEqual(expectedBlocks(byteOrder));
  });

  it('starts counting interfaces again in each section, whatever its byte order', () => {
    const blocks = [...readBlocks(golden('pcapng-two-sections.pcapng'))];
    expect(blocks.map(({ type }) => type)).toEqual([
      'section-header',
      'interface-description',
      'enhanced-packet',
      'section-header',
      'interface-description',
      'enhanced-packet',
    ]);
    const packets = [...readPackets(golden('pcapng-two-sections.pcapng'))];
    expect(packets.map(({ interface: { section, index } }) => [section, index])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(packets[0]?.data).toEqual(packets[1]?.data);
  });
});

describe('readPackets', () => {
  it.each(['pcapng-all-blocks-le.pcapng', 'pcapng-all-blocks-be.pcapng'])(
    'gives the packets of all kinds of packet blocks in %s, with their times in nanoseconds',
    (name) => {
      const packets = [...readPackets(golden(name))];
      expect(
        packets.map(({ timestampNs, capturedLength, originalLength }) => [timestampNs, capturedLength, originalLength]),
      ).toEqual([
        [1_700_000_000_123_456_789n, 33, 33],
        [1_700_000_000_123_456_000n, 35, 95],
        [1_700_000_001_999_999_046n, 28, 28],
        [undefined, 33, 33],
        [1_700_000_001_999_999_999n, 28, 28],
      ]);
      expect(packets.map((packet) => packet.interface.name)).toEqual(['web', 'laptop', undefined, 'web', 'web']);
      expect(packets[0]?.options).toMatchObject({ packetId: 77n, comments: ['the first'] });
      expect(packets[4]?.options).toEqual({ flags: { direction: 'inbound' }, dropCount: 2n });
      expect(packets.map(({ data }) => Buffer.from(data.subarray(28)).toString())).toEqual([
        'hello',
        'world!!',
        '',
        'hello',
        '',
      ]);
    },
  );
});
