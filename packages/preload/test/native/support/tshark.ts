/** What Wireshark's analysis says of a capture file: the judge of the native library's captures. */
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { execa } from 'execa';

/** How many bytes one side of a connection sent, and their CRC-32. */
export interface Sent {
  readonly bytes: number;
  readonly crc: number;
}

/** Both sides of a TCP connection. */
export interface Stream {
  readonly clientPort: number;
  readonly client: Sent;
  readonly server: Sent;
}

const CHECKED = ['tcp', 'ip', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);
const SUSPICIOUS = [
  '_ws.expert.severity >= 0x600000', // warnings and errors
  'tcp.checksum.status != 1',
  'udp.checksum.status != 1',
  'ip.checksum.status != 1',
  'icmp.checksum.status != 1',
  'icmpv6.checksum.status != 1',
  '_ws.malformed',
].join(' or ');
/** What it takes for a gibibyte on a busy machine. */
const TIMEOUT_MS = 600_000;
const NOTHING: Sent = { bytes: 0, crc: 0 };

/** Whether tshark is installed. In CI it must be. */
export async function canRunTshark(): Promise<boolean> {
  const { failed } = await execa('tshark', ['--version'], { reject: false });
  if (failed && process.env['CI'] === 'true') throw new Error('The tests of captures need tshark');
  return !failed;
}

/** What tshark complains of, `frame: message`; resets that a test wants are no complaint. */
export async function complaints(file: string): Promise<string[]> {
  const lines = await tshark([
    ...CHECKED,
    '-r',
    file,
    '-Y',
    SUSPICIOUS,
    ...fields('frame.number', '_ws.expert.message'),
  ]);
  return lines.filter((line) => !/^\d+\tConnection reset \(RST\)$/.test(line));
}

/** One line of the named fields for each packet that `filter` finds. */
export async function packets(file: string, filter: string, ...names: readonly string[]): Promise<string[]> {
  return tshark([...CHECKED, '-r', file, '-Y', filter, ...fields(...names)]);
}

/** Both sides of a TCP connection, with their bytes. */
export interface FollowedStream {
  readonly clientPort: number;
  readonly client: Sent & { readonly data: Buffer };
  readonly server: Sent & { readonly data: Buffer };
}

/**
 * All TCP connections as `tshark -z follow,tcp,raw` puts them together, in the order of their first packets; with `tls` what was said in
 * them, decrypted by the keys in the file.
 */
export async function followedStreams(file: string, protocol: 'tcp' | 'tls' = 'tcp'): Promise<FollowedStream[]> {
  const starts = await packets(file, 'tcp.flags.syn == 1 and tcp.flags.ack == 0', 'tcp.srcport');
  const follow = starts.flatMap((_, index) => ['-z', `follow,${protocol},raw,${index}`]);
  const output = await tshark(['-q', '-r', file, ...follow]);
  const sides = starts.map(() => ({ client: [] as Buffer[], server: [] as Buffer[] }));
  let current: (typeof sides)[number] | undefined;
  let isServerFirst = false;
  for (const line of output) {
    const index = /^Filter: tcp\.stream eq (\d+)$/.exec(line)?.[1];
    if (index !== undefined) current = sides[Number(index)];
    const firstPort = /^Node 0: .*:(\d+)$/.exec(line)?.[1];
    // In TLS 1.3 it may be the server that speaks first.
    if (firstPort !== undefined) isServerFirst = current !== undefined && firstPort !== starts[sides.indexOf(current)];
    if (!/^\t?[0-9a-f]+$/.test(line)) continue;
    current?.[line.startsWith('\t') !== isServerFirst ? 'server' : 'client'].push(Buffer.from(line.trim(), 'hex'));
  }
  return starts.map((port, index) => ({
    clientPort: Number(port),
    client: sentIn(sides[index]?.client ?? []),
    server: sentIn(sides[index]?.server ?? []),
  }));
}

/** What both sides sent, from a classic pcap of IPv4 packets whose segments must come in order: for captures too big to follow. */
export async function streamsByClientPort(file: string): Promise<Map<number, Stream>> {
  const flows = new Map<string, { next: number; sent: Sent }>();
  const clients: [number, string, string][] = [];
  for await (const packet of ipv4Packets(file)) {
    if (packet[9] !== 6) continue;
    const source = packet.readUInt16BE(20);
    const destination = packet.readUInt16BE(22);
    const key = `${source}>${destination}`;
    const sequence = packet.readUInt32BE(24);
    const flags = packet[33] ?? 0;
    const data = packet.subarray(20 + ((packet[32] ?? 0) >> 4) * 4);
    if ((flags & 2) !== 0) flows.set(key, { next: (sequence + 1) >>> 0, sent: NOTHING });
    if ((flags & 18) === 2) clients.push([source, key, `${destination}>${source}`]);
    const flow = flows.get(key);
    if (data.length === 0 || flow === undefined) continue;
    if (sequence !== flow.next) throw new Error(`${key}: a segment starts at ${sequence}, ${flow.next} was next`);
    flow.next = (sequence + data.length) >>> 0;
    flow.sent = { bytes: flow.sent.bytes + data.length, crc: crc32(data, flow.sent.crc) };
  }
  const sent = (key: string) => flows.get(key)?.sent ?? NOTHING;
  return new Map(
    clients.map(([clientPort, up, down]) => [clientPort, { clientPort, client: sent(up), server: sent(down) }]),
  );
}

async function* ipv4Packets(file: string): AsyncGenerator<Buffer> {
  const FILE_HEADER = 24;
  const RECORD_HEADER = 16;
  const handle = await open(file);
  try {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of handle.createReadStream({ start: FILE_HEADER, highWaterMark: 1 << 22 })) {
      rest = Buffer.concat([rest, chunk]);
      let at = 0;
      while (rest.length - at >= RECORD_HEADER) {
        const end = at + RECORD_HEADER + rest.readUInt32LE(at + 8);
        if (end > rest.length) break;
        yield rest.subarray(at + RECORD_HEADER, end);
        at = end;
      }
      rest = rest.subarray(at);
    }
    if (rest.length > 0) throw new Error(`${rest.length} bytes behind the last packet of ${file}`);
  } finally {
    await handle.close();
  }
}

function sentIn(pieces: readonly Buffer[]): Sent & { data: Buffer } {
  const data = Buffer.concat(pieces);
  return { bytes: data.length, crc: crc32(data), data };
}

function fields(...names: readonly string[]): string[] {
  return ['-T', 'fields', ...names.flatMap((name) => ['-e', name])];
}

async function tshark(args: readonly string[]): Promise<string[]> {
  const { stdout } = await execa('tshark', args, { timeout: TIMEOUT_MS, maxBuffer: 1 << 30 });
  return stdout === '' ? [] : stdout.split('\n');
}
