import { describe, expect, it } from 'vitest';
import { ipPacket, LAPTOP, tcpPacket, udpPacket, unreachablePacket, WEB } from '../../test/traffic.js';
import { join } from '../bytes/join.js';
import { LinkType } from '../pcap/link-type.js';
import { dissect } from './dissect.js';

const V6_LAPTOP = { address: 'fd00::5357:5f0a', port: 40000 };
const V6_WEB = { address: 'fd00::5357:5f0b', port: 80 };
const dissected = (data: Uint8Array, linkType: number = LinkType.RAW) =>
  dissect({ data, interface: { section: 0, index: 0, linkType, snapLength: 0 } });
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const text = (data: Uint8Array) => Buffer.from(data).toString();

describe('dissect', () => {
  it('reads TCP over IPv4', () => {
    const { ip, transport } = dissected(
      tcpPacket(LAPTOP, WEB, { sequence: 7, acknowledgment: 9, flags: ['psh', 'ack'], data: 'hi' }),
    );
    expect(ip).toMatchObject({
      version: 4,
      source: '10.53.57.10',
      destination: '10.53.57.11',
      protocol: 6,
      hopLimit: 64,
    });
    expect(transport).toMatchObject({
      protocol: 'tcp',
      sourcePort: 40000,
      destinationPort: 80,
      sequence: 7,
      acknowledgment: 9,
      flags: { psh: true, ack: true, syn: false, fin: false, rst: false },
      payloadLength: 2,
    });
  });

  it('reads UDP over IPv6', () => {
    const { ip, transport } = dissected(udpPacket(V6_LAPTOP, V6_WEB, 'hi'));
    expect(ip).toMatchObject({ version: 6, source: 'fd00::5357:5f0a', destination: 'fd00::5357:5f0b', protocol: 17 });
    expect(transport).toMatchObject({ protocol: 'udp', destinationPort: 80, payload: bytes('6869'), payloadLength: 2 });
  });

  it('reads an IPv6 packet whose length counts its own header, as socket_wrapper writes it', () => {
    const packet = udpPacket(V6_LAPTOP, V6_WEB, 'hi');
    new DataView(packet.buffer).setUint16(4, packet.byteLength);
    expect(dissected(packet)).toEqual(dissected(udpPacket(V6_LAPTOP, V6_WEB, 'hi')));
  });

  it('passes over the extension headers of IPv6', () => {
    const udp = udpPacket(V6_LAPTOP, V6_WEB, 'hi').subarray(40);
    const hopByHop = bytes('3c00 0104 0000 0000');
    const destination = bytes('1101 0104 0000 0000 0000 0000 0000 0000');
    const packet = ipPacket(V6_LAPTOP.address, V6_WEB.address, 0, join([hopByHop, destination, udp]));
    expect(dissected(packet).transport).toMatchObject({ protocol: 'udp', destinationPort: 80, payloadLength: 2 });
  });

  it('leaves out what pads a short Ethernet frame', () => {
    const frame = join([bytes('ffffffffffff 02005e005301 0800'), udpPacket(LAPTOP, WEB, 'hi'), new Uint8Array(16)]);
    const { transport } = dissected(frame, LinkType.ETHERNET);
    expect(transport).toMatchObject({ payload: bytes('6869'), payloadLength: 2 });
  });

  it.each([
    ['NULL', LinkType.NULL, '02000000'],
    ['LOOP', LinkType.LOOP, '00000002'],
    ['Ethernet', LinkType.ETHERNET, 'ffffffffffff 02005e005301 0800'],
    ['Ethernet with two VLAN tags', LinkType.ETHERNET, 'ffffffffffff 02005e005301 88a8 0001 8100 0002 0800'],
    ['Linux SLL', LinkType.LINUX_SLL, '0000 0304 0006 000000000000 0000 0800'],
    ['Linux SLL2', LinkType.LINUX_SLL2, '0800 0000 00000001 0304 00 06 0000000000000000'],
    ['IPV4', LinkType.IPV4, ''],
  ] as const)('finds the IP packet behind %s', (_name, linkType, header) => {
    const { transport } = dissected(join([bytes(header), udpPacket(LAPTOP, WEB, 'hi')]), linkType);
    expect(transport).toMatchObject({ protocol: 'udp', destinationPort: 80, payload: bytes('6869') });
  });

  it('says that a frame is not IP', () => {
    const arp = join([bytes('ffffffffffff 02005e005301 0806'), new Uint8Array(28)]);
    expect(dissected(arp, LinkType.ETHERNET)).toEqual({ problem: 'not an IP packet' });
    expect(dissected(arp, 9999)).toEqual({ problem: 'not an IP packet' });
  });

  it('says which packet an ICMP error is about', () => {
    const syn = tcpPacket(LAPTOP, WEB, { sequence: 1, flags: ['syn'] });
    expect(dissected(unreachablePacket('10.53.57.11', '10.53.57.10', { packet: syn, code: 1 })).transport).toEqual({
      protocol: 'icmp',
      type: 3,
      code: 1,
      meaning: 'host unreachable',
      quoted: {
        protocol: 6,
        source: '10.53.57.10',
        destination: '10.53.57.11',
        sourcePort: 40000,
        destinationPort: 80,
      },
    });
    const v6 = udpPacket(V6_LAPTOP, V6_WEB, 'hi');
    expect(
      dissected(unreachablePacket(V6_WEB.address, V6_LAPTOP.address, { packet: v6, code: 4 })).transport,
    ).toMatchObject({
      protocol: 'icmpv6',
      meaning: 'port unreachable',
      quoted: { sourcePort: 40000, destinationPort: 80 },
    });
  });

  it('reads the ports of the first fragment only', () => {
    const packet = udpPacket(LAPTOP, WEB, 'first part');
    new DataView(packet.buffer).setUint16(6, 0x2000);
    expect(dissected(packet)).toMatchObject({
      ip: { fragment: { offset: 0, hasMore: true } },
      transport: { destinationPort: 80 },
    });
    new DataView(packet.buffer).setUint16(6, 0x0002);
    const later = dissected(packet);
    expect(later.ip?.fragment).toEqual({ id: 0, offset: 16, hasMore: false });
    expect(later.transport).toBeUndefined();
  });

  it('knows how much data there was when the packet was cut', () => {
    const packet = tcpPacket(LAPTOP, WEB, { sequence: 1, data: 'x'.repeat(100) });
    const { transport } = dissected(packet.subarray(0, 50));
    expect(transport).toMatchObject({ payloadLength: 100 });
    expect(transport?.protocol === 'tcp' && text(transport.payload)).toBe('x'.repeat(10));
  });

  it.each([
    ['', 'Cannot read the version of the IP packet at byte 0: it takes 1 byte, 0 bytes are left'],
    ['50', 'Cannot read an IP packet of version 5'],
    ['4400 0014 0000 0000 4006 0000 00000000 00000000', 'Cannot read an IPv4 header of 16 bytes'],
    ['4500', 'Cannot read the total length of the IPv4 header at byte 2: it takes 2 bytes, 0 bytes are left'],
  ])('tells the problem with %j', (hex, problem) => {
    expect(dissected(bytes(hex))).toEqual({ problem });
  });

  it('gives the addresses of a packet whose TCP header is cut', () => {
    const packet = tcpPacket(LAPTOP, WEB, { sequence: 1 }).subarray(0, 30);
    expect(dissected(packet)).toMatchObject({
      ip: { source: '10.53.57.10' },
      problem: 'Cannot read the acknowledgment number of the TCP header at byte 8: it takes 4 bytes, 2 bytes are left',
    });
  });
});
