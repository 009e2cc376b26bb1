/**
 * Tells which program sent a packet: by the word of the recorder, else by the socket it came from, else by what ran on its
 * host at that time.
 */
import { interfaceIdOf, ipv4Of, ipv6Of } from '../address/ip.js';
import { dissect } from '../dissect/dissect.js';
import type { IpPacket } from '../dissect/ip.js';
import type { TcpSegment } from '../dissect/tcp.js';
import type { UdpDatagram } from '../dissect/udp.js';
import type { PacketRecorder, RecordedPacket } from '../recording/recording.js';
import type { SocketInfo } from '../state/socket-info.js';
import type { ProgramRun } from '../timeline/program-run.js';
import type { SidecarHost } from './sidecar.js';

/** A host, and the program on it if that is known. */
export interface PacketOwner {
  /** `web#11 nginx[4242]`, or `web#11`. */
  readonly name: string;
  /** Its addresses. */
  readonly description: string;
  /** What ran, from when to when. */
  readonly comments: readonly string[];
}

/** What a network knew of its hosts. */
export interface Ownership {
  readonly hosts: readonly SidecarHost[];
  readonly sockets: readonly SocketInfo[];
  readonly programs: readonly ProgramRun[];
  /** The host that the test itself is. */
  readonly testHost: number;
}

type PortTransport = Pick<TcpSegment | UdpDatagram, 'protocol' | 'sourcePort' | 'destinationPort'>;

/** A program says its last words while it ends, and its peers write down what it could not. */
const SLACK_MS = 50;
/** Stands for the number of a program where the test itself has the socket. */
const THIS_PROCESS = -1;
const LOOPBACK: PacketOwner = { name: 'loopback', description: 'the loopback of a host', comments: [] };

/** Finds the owners of packets. The same owner is always the same object. */
export class PacketOwners {
  readonly #ownership: Ownership;
  readonly #owners = new Map<string, PacketOwner>();
  readonly #spawnOf = new Map<string, number>();
  /** What an address and port belonged to when it first sent something. */
  readonly #known = new Map<string, { owner: PacketOwner; run: ProgramRun | undefined }>();
  /** Who sent data from one end of a conversation to the other, by the word of the recorder. */
  readonly #senders: ReadonlyMap<string, PacketRecorder>;

  constructor(ownership: Ownership, packets: readonly RecordedPacket[]) {
    this.#ownership = ownership;
    this.#senders = sendersOf(packets);
    for (const { transport, interfaceId, local, wildcard, pid, spawn, state } of ownership.sockets) {
      const key = endKey(transport, wildcard ? `#${interfaceId}` : local.address, local.port);
      // Of a listener and the connections it accepted, all at one port, any will do: they are of one program.
      if (local.port !== 0 && (state === 'listening' || !this.#spawnOf.has(key))) {
        this.#spawnOf.set(key, pid === process.pid ? THIS_PROCESS : spawn);
      }
    }
  }

  /** Who sent `packet`; `undefined` when it is not of this network. */
  ownerOf(packet: RecordedPacket): PacketOwner | undefined {
    const { ip, transport } = dissect(packet);
    if (ip === undefined) return undefined;
    const hasPorts = transport?.protocol === 'tcp' || transport?.protocol === 'udp';
    const port = hasPorts ? transport.sourcePort : 0;
    const sender = hasPorts ? this.#senders.get(wayOf(ip, transport)) : undefined;
    const told = sender === undefined ? undefined : this.#toldOwner(sender);
    if (told !== undefined) return told;

    const timeMs = Number((packet.timestampNs ?? 0n) / 1000n) / 1000;
    const key = endKey(transport?.protocol ?? 'ip', ip.source, port);
    const known = this.#known.get(key);
    if (known !== undefined && (known.run === undefined || isAlive(known.run, timeMs))) return known.owner;

    const interfaceId = this.#interfaceOf(ip.source, key);
    const run = this.#runOf({ key, interfaceId, protocol: transport?.protocol ?? 'ip', port, timeMs });
    const owner = interfaceId === undefined ? LOOPBACK : this.#owner(interfaceId, run);
    if (owner !== undefined) this.#known.set(key, { owner, run: run === 'test' ? undefined : run });
    return owner;
  }

  #toldOwner({ pid, spawn, interfaceId }: PacketRecorder): PacketOwner | undefined {
    if (pid === process.pid) return this.#owner(interfaceId, 'test');
    const run = this.#ownership.programs.find((candidate) => spawn !== 0 && candidate.spawn === spawn);
    return run === undefined ? undefined : this.#owner(interfaceId, run, pid);
  }

  #interfaceOf(address: string, key: string): number | undefined {
    const interfaceId = interfaceIdOf(address);
    if (interfaceId !== undefined) return interfaceId;
    const spawn = this.#spawnOf.get(key);
    return this.#ownership.programs.find((run) => run.spawn === spawn)?.interfaceId;
  }

  #runOf({
    key,
    interfaceId,
    protocol,
    port,
    timeMs,
  }: {
    key: string;
    interfaceId: number | undefined;
    protocol: string;
    port: number;
    timeMs: number;
  }): ProgramRun | 'test' | undefined {
    const { programs, testHost } = this.#ownership;
    const spawn = this.#spawnOf.get(key) ?? this.#spawnOf.get(endKey(protocol, `#${interfaceId}`, port));
    const bySocket = programs.find((run) => run.spawn === spawn);
    if (bySocket !== undefined && isAlive(bySocket, timeMs)) return bySocket;

    const here = programs.filter((run) => run.interfaceId === interfaceId && isAlive(run, timeMs));
    const inTime = here.filter((run) => isAlive(run, timeMs, 0));
    const alive = inTime.length > 0 ? inTime : here;
    const isTest = spawn === THIS_PROCESS || (interfaceId === testHost && alive.length === 0);
    return isTest ? 'test' : alive.length === 1 ? alive[0] : undefined;
  }

  /** `pid` is that of the process where `run` may have had several, such as a server's workers. */
  #owner(interfaceId: number, run: ProgramRun | 'test' | undefined, pid?: number): PacketOwner {
    const host = this.#ownership.hosts.find((candidate) => candidate.interfaceId === interfaceId);
    const place = `${host?.name ?? ipv4Of(interfaceId)}#${interfaceId}`;
    const program =
      run === 'test' ? ` test[${process.pid}]` : run === undefined ? '' : ` ${run.name}[${pid ?? run.pid}]`;
    const name = `${place}${program}`;
    const known = this.#owners.get(name);
    if (known !== undefined) return known;

    const comments = run === undefined ? [] : run === 'test' ? ['the test itself'] : [storyOf(run, pid)];
    const owner = { name, description: `${ipv4Of(interfaceId)}, ${ipv6Of(interfaceId)}`, comments };
    this.#owners.set(name, owner);
    return owner;
  }
}

/** Whoever recorded data has sent it; where there was none, whoever is on the host that a packet comes from. */
function sendersOf(packets: readonly RecordedPacket[]): ReadonlyMap<string, PacketRecorder> {
  const senders = new Map<string, PacketRecorder>();
  const guesses = new Map<string, PacketRecorder>();
  for (const packet of packets) {
    const { recorder } = packet;
    if (recorder === undefined) continue;
    const { ip, transport } = dissect(packet);
    if (ip === undefined || (transport?.protocol !== 'tcp' && transport?.protocol !== 'udp')) continue;
    const way = wayOf(ip, transport);
    const { interfaceId = recorder.interfaceId } = { interfaceId: interfaceIdOf(ip.source) };
    // What a process that was killed could not record, its peer did.
    if (interfaceId !== recorder.interfaceId) continue;
    const isAccept = transport.protocol === 'tcp' && transport.flags.syn && transport.flags.ack;
    if (transport.payloadLength > 0) {
      if (!senders.has(way)) senders.set(way, recorder);
    } else if (!isAccept && !guesses.has(way)) guesses.set(way, recorder);
  }
  return new Map([...guesses, ...senders]);
}

/** From where to where a packet goes. */
function wayOf({ source, destination }: IpPacket, { protocol, sourcePort, destinationPort }: PortTransport): string {
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}

function isAlive(
  { startedMs, endedMs = Number.POSITIVE_INFINITY }: ProgramRun,
  timeMs: number,
  slackMs: number = SLACK_MS,
): boolean {
  return timeMs >= startedMs - slackMs && timeMs <= endedMs + slackMs;
}

function storyOf({ command, startedMs, endedMs, end, name, pid }: ProgramRun, ownPid = pid): string {
  const started = `started ${new Date(startedMs).toISOString()}`;
  const ended = endedMs === undefined ? 'running at the end' : `${end ?? 'ended'} ${new Date(endedMs).toISOString()}`;
  // The times are those of the process that was started.
  const process = ownPid === pid ? [] : [`process ${ownPid}, a descendant of ${name}[${pid}]`];
  return [command, started, ended, ...process].join('\n');
}

function endKey(transport: string, address: string, port: number): string {
  return `${transport} ${address} ${port}`;
}
