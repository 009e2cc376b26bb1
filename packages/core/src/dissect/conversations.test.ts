import { describe, expect, it } from 'vitest';
import { fragmentsOf, LAPTOP, Traffic, tcpPacket, udpPacket, unreachablePacket, WEB } from '../../test/traffic.js';
import { readCapture } from '../pcap/capture.js';
import { LinkType } from '../pcap/link-type.js';
import { encodeBlocks } from '../pcapng/writer.js';
import { type Conversation, streamOf } from './conversation.js';
import { conversationsIn } from './conversations.js';

const conversationsOf = (traffic: Traffic): Conversation[] => conversationsIn(traffic.capture().packets);
const kindsOf = ({ events }: Conversation): string[] => events.map(({ kind, from }) => `${from} ${kind}`);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('conversationsIn', () => {
  it('tells what happened in a connection, and what each side sent', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().fromClient('ask').fromServer('answer').closedBy('server');
    const [conversation] = conversationsOf(traffic);
    expect(conversation).toMatchObject({
      id: 1,
      transport: 'tcp',
      client: LAPTOP,
      server: WEB,
      packets: 8,
      startNs: 1_700_000_000_000_000_000n,
      endNs: 1_700_000_000_007_000_000n,
      sent: { client: { bytes: 3, repeated: 0, missing: 0 }, server: { bytes: 6, repeated: 0, missing: 0 } },
    });
    expect(conversation && kindsOf(conversation)).toEqual([
      'client connect',
      'server accept',
      'client data',
      'server data',
      'server close',
      'client close',
    ]);
    expect(conversation && text(streamOf(conversation, 'server'))).toBe('answer');
  });

  it('puts datagrams together that came in fragments, and counts each of them', () => {
    const traffic = new Traffic();
    const packet = udpPacket(LAPTOP, WEB, 'x'.repeat(3000));
    for (const part of fragmentsOf(packet, 1480, 1)) traffic.packet(part);
    const [conversation] = conversationsOf(traffic);
    expect(conversation).toMatchObject({ packets: 3, sent: { client: { bytes: 3000 } } });
    expect(conversation && kindsOf(conversation)).toEqual(['client data']);
    expect(conversation?.events[0]).toMatchObject({ packet: 2, timestampNs: 1_700_000_000_002_000_000n });
  });

  it('shows the beginning of what is not whole, and gives up the oldest of very many', () => {
    const traffic = new Traffic();
    for (let id = 0; id < 1200; id++) {
      const [first] = fragmentsOf(udpPacket({ ...LAPTOP, port: 10_000 + id }, WEB, 'x'.repeat(100)), 48, id);
      if (first !== undefined) traffic.packet(first);
    }
    const conversations = conversationsOf(traffic);
    expect(conversations).toHaveLength(1200);
    expect(conversations.map(({ client }) => client.port)).toEqual(
      Array.from({ length: 1200 }, (_, id) => 10_000 + id),
    );
    expect(conversations.every(({ events }) => events.map(({ kind }) => kind).join() === 'data,gap')).toBe(true);
  });

  it('tells a refusal from a reset', () => {
    const refused = new Traffic();
    refused.connection(LAPTOP, WEB).refused();
    expect(conversationsOf(refused).map(kindsOf)).toEqual([['client connect', 'server refuse']]);
    const reset = new Traffic();
    reset.connection(LAPTOP, WEB).open().resetBy('server');
    expect(conversationsOf(reset).map(kindsOf)).toEqual([['client connect', 'server accept', 'server reset']]);
  });

  it('says nothing of a reset behind both closes', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().closedBy('client').resetBy('client');
    expect(conversationsOf(traffic).flatMap(kindsOf)).not.toContain('client reset');
  });

  it('begins anew when the same ports are used again', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().fromClient('one').closedBy('client');
    traffic.connection(LAPTOP, WEB, [90_000, 80_000]).open().fromClient('two');
    const conversations = conversationsOf(traffic);
    expect(conversations.map((conversation) => text(streamOf(conversation, 'client')))).toEqual(['one', 'two']);
  });

  it('takes a SYN that is sent again for the same connection', () => {
    const traffic = new Traffic();
    traffic.tcp(LAPTOP, WEB, { sequence: 5, flags: ['syn'] }).tcp(LAPTOP, WEB, { sequence: 5, flags: ['syn'] });
    const [conversation, ...others] = conversationsOf(traffic);
    expect(others).toEqual([]);
    expect(conversation?.events).toMatchObject([{ isRepeated: false }, { isRepeated: true }]);
  });

  it.each([
    ['the server spoke first', WEB, LAPTOP],
    ['the client spoke first', LAPTOP, WEB],
  ] as const)('finds the server by its port when the beginning is missing and %s', (_what, from, to) => {
    const traffic = new Traffic().tcp(from, to, { sequence: 1, data: 'x' });
    expect(conversationsOf(traffic)).toMatchObject([{ client: LAPTOP, server: WEB }]);
  });

  it('takes the side that accepts for the server, whatever the ports', () => {
    const server = { ...WEB, port: 60_000 };
    const traffic = new Traffic().tcp(server, LAPTOP, { sequence: 1, acknowledgment: 1, flags: ['syn', 'ack'] });
    expect(conversationsOf(traffic)).toMatchObject([{ client: LAPTOP, server }]);
  });

  it('puts the datagrams between two endpoints together', () => {
    const traffic = new Traffic()
      .udp(LAPTOP, WEB, 'ping')
      .udp(WEB, LAPTOP, 'pong')
      .udp({ ...LAPTOP, port: 1 }, WEB, 'other');
    expect(conversationsOf(traffic)).toMatchObject([
      { transport: 'udp', client: LAPTOP, packets: 2, sent: { client: { bytes: 4 }, server: { bytes: 4 } } },
      { client: { port: 1 }, packets: 1 },
    ]);
  });

  it('puts an ICMP error to the packet that it quotes', () => {
    const packet = udpPacket(LAPTOP, WEB, 'ping');
    const traffic = new Traffic()
      .packet(packet)
      .packet(unreachablePacket('10.53.57.1', LAPTOP.address, { packet, code: 1 }));
    expect(conversationsOf(traffic)[0]?.events.at(-1)).toMatchObject({
      kind: 'unreachable',
      from: 'client',
      reporter: '10.53.57.1',
      reason: 'host unreachable',
    });
  });

  it('understands the IPv6 errors of socket_wrapper, which quote a packet with the number of ICMPv6', () => {
    const from = { address: 'fd00::5357:5f0a', port: 40000 };
    const to = { address: 'fd00::5357:5f0b', port: 80 };
    const packet = tcpPacket(from, to, { sequence: 1, flags: ['syn'] });
    const quoted = Uint8Array.from(packet);
    quoted[6] = 58;
    const traffic = new Traffic()
      .packet(packet)
      .packet(unreachablePacket(to.address, from.address, { packet: quoted, code: 3 }));
    expect(conversationsOf(traffic).map(kindsOf)).toEqual([['client connect', 'client unreachable']]);
  });

  it('counts a packet once that is recorded where it was sent and where it arrived', () => {
    const data = udpPacket(LAPTOP, WEB, 'ping');
    const packet = {
      type: 'enhanced-packet',
      interfaceId: 0,
      timestamp: 1n,
      originalLength: data.length,
      data,
    } as const;
    const { packets } = readCapture(
      encodeBlocks([
        { type: 'section-header', byteOrder: 'little' },
        { type: 'interface-description', linkType: LinkType.RAW, snapLength: 0 },
        { ...packet, packetId: 7n },
        { ...packet, packetId: 7n },
        { ...packet, packetId: 8n },
        packet,
      ]),
    );
    expect(conversationsIn(packets)).toMatchObject([{ packets: 3, sent: { client: { bytes: 12 } } }]);
  });

  it('keeps the data of a lost packet out of the stream', () => {
    const data = tcpPacket(LAPTOP, WEB, { sequence: 1, data: 'lost' });
    const { packets } = readCapture(
      encodeBlocks([
        { type: 'section-header', byteOrder: 'big' },
        { type: 'interface-description', linkType: LinkType.RAW, snapLength: 0 },
        {
          type: 'enhanced-packet',
          interfaceId: 0,
          timestamp: 1n,
          originalLength: data.length,
          data,
          verdicts: [{ kind: 2, value: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1) }],
        },
      ]),
    );
    expect(conversationsIn(packets)).toMatchObject([
      { events: [{ kind: 'drop', length: 4, what: 'data' }], sent: { client: { bytes: 0 } } },
    ]);
  });
});
