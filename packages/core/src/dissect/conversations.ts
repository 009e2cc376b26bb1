/**
 * Sorts packets into conversations: TCP connections, and UDP datagrams between the same endpoints.
 */
import type { Packet } from '../pcapng/packet.js';
import type { Conversation, ConversationEvent, Peer, ReadingOptions, Side } from './conversation.js';
import { type Dissection, dissect, dissectIp } from './dissect.js';
import { Fragments } from './fragments.js';
import type { IcmpMessage } from './icmp.js';
import { type IpPacket, IpProtocol } from './ip.js';
import type { TcpSegment } from './tcp.js';
import { type Moment, type StreamData, type StreamGap, TcpFlow } from './tcp-flow.js';
import type { UdpDatagram } from './udp.js';
import { isDropped } from './verdict.js';

/**
 * The conversations in `packets`, in the order in which they began.
 *
 * A packet that is recorded twice under one packet ID, where it was sent and where it arrived, counts once.
 *
 * @example
 * for (const { client, server, sent } of conversationsIn(readPackets(bytes))) {
 *   console.log(`${client.address} sent ${sent.client.bytes} bytes to ${server.address}:${server.port}`);
 * }
 */
export function conversationsIn(packets: Iterable<Packet>, reading?: ReadingOptions): Conversation[] {
  const tracker = new ConversationTracker();
  for (const packet of packets) tracker.add(packet);
  const conversations = tracker.end();
  return reading === undefined ? conversations : conversations.map((conversation) => ({ ...conversation, reading }));
}

/** A UDP exchange or TCP connection while its packets come in. */
class OpenConversation {
  readonly id: number;
  readonly transport: 'tcp' | 'udp';
  readonly client: Peer;
  readonly server: Peer;
  readonly events: ConversationEvent[] = [];
  readonly flows: Readonly<Record<Side, TcpFlow>> = { client: new TcpFlow(), server: new TcpFlow() };
  readonly datagramBytes: Record<Side, number> = { client: 0, server: 0 };
  readonly startNs: bigint;
  endNs: bigint;
  packets = 0;
  /** Whether nothing more can come: a SYN begins another connection. */
  isOver = false;
  #closed: Record<Side, boolean> = { client: false, server: false };
  #isAccepted = false;

  constructor(id: number, transport: 'tcp' | 'udp', parties: { client: Peer; server: Peer; startNs: bigint }) {
    this.id = id;
    this.transport = transport;
    this.client = parties.client;
    this.server = parties.server;
    this.startNs = parties.startNs;
    this.endNs = parties.startNs;
  }

  sideOf({ address, port }: Peer): Side {
    return this.client.address === address && this.client.port === port ? 'client' : 'server';
  }

  count(moment: Moment): void {
    this.packets += 1;
    if (moment.timestampNs > this.endNs) this.endNs = moment.timestampNs;
  }

  addSegment(segment: TcpSegment, from: Side, moment: Moment): void {
    const { flags } = segment;
    if (flags.syn && from === 'client' && !flags.ack) this.#addConnect(moment);
    if (flags.syn && from === 'server' && flags.ack && !this.#isAccepted) {
      this.#isAccepted = true;
      this.events.push({ kind: 'accept', from, ...moment });
    }
    if (flags.ack) {
      const other = from === 'client' ? 'server' : 'client';
      this.#addParts(this.flows[other].acknowledged(segment.acknowledgment, moment), other);
    }
    if (flags.rst) {
      this.#addReset(from, moment);
      return;
    }

    const { parts, repeated, isEarly } = this.flows[from].add(segment, moment);
    if (repeated > 0) this.events.push({ kind: 'repeat', from, length: repeated, ...moment });
    if (isEarly) this.events.push({ kind: 'early', from, ...moment });
    this.#addParts(parts, from);
    if (flags.fin && !this.#closed[from]) {
      this.#closed[from] = true;
      this.events.push({ kind: 'close', from, ...moment });
      this.isOver = this.#closed.client && this.#closed.server;
    }
  }

  addDatagram({ payload, payloadLength }: UdpDatagram, from: Side, moment: Moment): void {
    this.datagramBytes[from] += payloadLength;
    this.events.push({ kind: 'data', from, bytes: payload, ...moment });
    const length = payloadLength - payload.byteLength;
    if (length > 0) this.events.push({ kind: 'gap', from, length, ...moment });
  }

  finish(): Conversation {
    this.#addParts(this.flows.client.end(), 'client');
    this.#addParts(this.flows.server.end(), 'server');
    const { id, transport, client, server, events, packets, startNs, endNs } = this;
    const sent = { client: this.#sentBy('client'), server: this.#sentBy('server') };
    return { id, transport, client, server, events, packets, startNs, endNs, sent };
  }

  #sentBy(side: Side): Conversation['sent'][Side] {
    if (this.transport === 'udp') return { bytes: this.datagramBytes[side], repeated: 0, missing: 0 };
    const { position, repeatedBytes, missingBytes } = this.flows[side];
    return { bytes: position, repeated: repeatedBytes, missing: missingBytes };
  }

  #addConnect(moment: Moment): void {
    const isRepeated = this.events.some(({ kind }) => kind === 'connect');
    this.events.push({ kind: 'connect', from: 'client', isRepeated, ...moment });
  }

  #addReset(from: Side, moment: Moment): void {
    const isRefusal = from === 'server' && !this.#isAccepted && this.events.every(({ kind }) => kind === 'connect');
    const wasOver = this.isOver;
    this.isOver = true;
    if (isRefusal && this.events.length > 0) this.events.push({ kind: 'refuse', from: 'server', ...moment });
    // Behind both ends' FIN a reset only says that a late acknowledgment was not expected any more.
    else if (!wasOver) this.events.push({ kind: 'reset', from, ...moment });
  }

  #addParts(parts: readonly (StreamData | StreamGap)[], from: Side): void {
    for (const part of parts) {
      const { timestampNs, packet } = part;
      if (part.kind === 'data') this.events.push({ kind: 'data', from, bytes: part.bytes, timestampNs, packet });
      else this.events.push({ kind: 'gap', from, length: part.length, timestampNs, packet });
    }
  }
}

/** When a packet came: each of its fragments, the one that completed it last. */
interface Arrival {
  readonly moments: readonly [Moment, ...Moment[]];
  /** Whether a part of it was thrown away on its way. */
  readonly isLost: boolean;
}

class ConversationTracker {
  readonly #all: OpenConversation[] = [];
  /** The latest conversation between two endpoints. */
  readonly #current = new Map<string, OpenConversation>();
  readonly #packetIds = new Set<bigint>();
  readonly #fragments = new Fragments<Arrival>();
  #packets = 0;

  add(packet: Packet): void {
    const moment: Moment = { timestampNs: packet.timestampNs ?? 0n, packet: this.#packets };
    this.#packets += 1;
    const { packetId } = packet.options;
    if (packetId !== undefined) {
      if (this.#packetIds.has(packetId)) return;
      this.#packetIds.add(packetId);
    }

    const dissection = dissect(packet);
    const arrival: Arrival = { moments: [moment], isLost: isDropped(packet) };
    if (dissection.ip?.fragment === undefined) {
      this.#addDissection(dissection, arrival);
      return;
    }
    const whole = this.#fragments.add({ ip: dissection.ip, from: arrival });
    if (whole !== undefined) this.#addDissection(dissectIp(whole.ip), together(whole.from));
    for (const part of this.#fragments.takeIncomplete()) this.#addDissection(dissectIp(part.ip), part.from);
  }

  end(): Conversation[] {
    // Of a packet that is not whole, its beginning tells most.
    for (const part of this.#fragments.takeIncomplete({ all: true })) {
      this.#addDissection(dissectIp(part.ip), part.from);
    }
    return this.#all.map((conversation) => conversation.finish());
  }

  #addDissection({ ip, transport }: Dissection, arrival: Arrival): void {
    if (ip === undefined || transport === undefined) return;
    if (transport.protocol === 'tcp' || transport.protocol === 'udp') this.#addTransport(ip, transport, arrival);
    else this.#addIcmp(ip, transport, lastOf(arrival));
  }

  #addTransport(ip: IpPacket, transport: TcpSegment | UdpDatagram, arrival: Arrival): void {
    const moment = lastOf(arrival);
    const source: Peer = { address: ip.source, port: transport.sourcePort };
    const destination: Peer = { address: ip.destination, port: transport.destinationPort };
    const conversation = this.#conversationOf(transport, { source, destination, moment });
    const from = conversation.sideOf(source);
    for (const each of arrival.moments) conversation.count(each);
    if (arrival.isLost) {
      const isConnect = transport.protocol === 'tcp' && transport.flags.syn;
      const what = isConnect ? 'connect' : transport.payloadLength > 0 ? 'data' : 'other';
      conversation.events.push({ kind: 'drop', from, length: transport.payloadLength, what, ...moment });
    } else if (transport.protocol === 'tcp') conversation.addSegment(transport, from, moment);
    else conversation.addDatagram(transport, from, moment);
  }

  #addIcmp({ source }: IpPacket, { quoted, meaning }: IcmpMessage, moment: Moment): void {
    if (quoted === undefined) return;
    const transports: readonly ('tcp' | 'udp')[] =
      quoted.protocol === IpProtocol.TCP ? ['tcp'] : quoted.protocol === IpProtocol.UDP ? ['udp'] : ['tcp', 'udp'];
    const sender: Peer = { address: quoted.source, port: quoted.sourcePort };
    const receiver: Peer = { address: quoted.destination, port: quoted.destinationPort };
    for (const transport of transports) {
      const conversation = this.#current.get(keyOf(transport, sender, receiver));
      if (conversation === undefined) continue;
      const from = conversation.sideOf(sender);
      conversation.count(moment);
      conversation.events.push({ kind: 'unreachable', from, reporter: source, reason: meaning, ...moment });
      return;
    }
  }

  #conversationOf(
    transport: TcpSegment | UdpDatagram,
    { source, destination, moment }: { source: Peer; destination: Peer; moment: Moment },
  ): OpenConversation {
    const key = keyOf(transport.protocol, source, destination);
    const current = this.#current.get(key);
    if (current !== undefined && !beginsAnew(transport, current, source)) return current;

    const startedBySource = isStartedBySource(transport);
    const client = startedBySource ? source : destination;
    const server = startedBySource ? destination : source;
    const parties = { client, server, startNs: moment.timestampNs };
    const conversation = new OpenConversation(this.#all.length + 1, transport.protocol, parties);
    this.#all.push(conversation);
    this.#current.set(key, conversation);
    return conversation;
  }
}

function lastOf({ moments }: Arrival): Moment {
  return moments.at(-1) ?? moments[0];
}

function together(arrivals: readonly Arrival[]): Arrival {
  const [first, ...others] = arrivals.flatMap(({ moments }) => moments);
  if (first === undefined) throw new RangeError('A packet without parts was put together');
  return { moments: [first, ...others], isLost: arrivals.some(({ isLost }) => isLost) };
}

/** The same for both directions. */
function keyOf(transport: 'tcp' | 'udp', a: Peer, b: Peer): string {
  const isInOrder = a.port === b.port ? a.address < b.address : a.port < b.port;
  const [first, second] = isInOrder ? [a, b] : [b, a];
  return `${transport} ${first.address} ${first.port} ${second.address} ${second.port}`;
}

/** Whether a segment opens another connection between endpoints that had one before. */
function beginsAnew(transport: TcpSegment | UdpDatagram, current: OpenConversation, source: Peer): boolean {
  if (transport.protocol === 'udp' || !transport.flags.syn || transport.flags.ack) return false;
  if (current.isOver) return true;
  const first = current.flows[current.sideOf(source)].firstSequence;
  return first !== undefined && first !== (transport.sequence + 1) >>> 0;
}

/** Whether the sender of a conversation's first packet is its client. When the beginning was missed, ports must tell. */
function isStartedBySource(transport: TcpSegment | UdpDatagram): boolean {
  if (transport.protocol === 'tcp' && transport.flags.syn) return !transport.flags.ack;
  if (transport.protocol === 'udp') return true;
  return transport.destinationPort <= transport.sourcePort;
}
