/**
 * Compares what is read with what Wireshark's programs read from the same files.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../../test/support/programs.js';
import {
  type Capture,
  type Conversation,
  conversationsIn,
  dissect,
  encodeBlocks,
  encodePcap,
  LinkType,
  messagesOf,
  readBlocks,
  readCapture,
  SecretsType,
  streamOf,
} from '../src/pcap.js';
import { GOLDEN_NAMES, golden, goldenPath } from './golden.js';
import { fragmentsOf, LAPTOP, tcpPacket, udpPacket, WEB } from './traffic.js';

const run = promisify(execFile);
/** Missing programs skip these tests, but not where everything must be checked. */
const describeWithTshark = describe.skipIf(!isInstalled('tshark') && process.env['CI'] === undefined);

async function tshark(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('tshark', ['-r', file, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** One row for each packet that has `fields`, and for nothing else that tshark shows as one. */
async function fieldsOf(file: string, filter: string, fields: readonly string[]): Promise<string[][]> {
  const args = [
    '-Y',
    filter,
    '-T',
    'fields',
    '-E',
    'separator=|',
    '-E',
    'occurrence=f',
    ...fields.flatMap((field) => ['-e', field]),
  ];
  const rows = await tshark(file, ...args);
  return rows
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split('|'));
}

async function withFile<T>(name: string, bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'pcap-'));
  try {
    const path = join(directory, name);
    await writeFile(path, bytes);
    return await use(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function secondsOf(timestampNs: bigint | undefined): string {
  if (timestampNs === undefined) return '';
  return `${timestampNs / 1_000_000_000n}.${String(timestampNs % 1_000_000_000n).padStart(9, '0')}`;
}

const captureOf = (name: string): Capture => readCapture(golden(name));
const tcpGoldens = GOLDEN_NAMES.filter((name) =>
  conversationsIn(captureOf(name).packets).some(({ transport }) => transport === 'tcp'),
);

describeWithTshark('tshark', () => {
  it.each(GOLDEN_NAMES)('sees the same packets, times and lengths in %s', async (name) => {
    const { packets } = captureOf(name);
    const rows = await fieldsOf(goldenPath(name), 'ip or ipv6', ['frame.time_epoch', 'frame.cap_len', 'frame.len']);
    const ours = packets.map(({ timestampNs, capturedLength, originalLength }) => [
      secondsOf(timestampNs),
      String(capturedLength),
      String(originalLength),
    ]);
    expect(ours).toEqual(rows);
  });

  it.each(GOLDEN_NAMES)('sees the same addresses, ports, numbers and data lengths in %s', async (name) => {
    const { packets } = captureOf(name);
    const rows = await fieldsOf(goldenPath(name), 'tcp and not icmp', [
      'ip.src',
      'ip.dst',
      'tcp.srcport',
      'tcp.dstport',
      'tcp.seq_raw',
      'tcp.ack_raw',
      'tcp.len',
      'tcp.flags',
    ]);
    const ours = packets.flatMap((packet) => {
      const { ip, transport } = dissect(packet);
      if (ip === undefined || transport?.protocol !== 'tcp') return [];
      const { sourcePort, destinationPort, sequence, acknowledgment, payloadLength, flags } = transport;
      const { fin, syn, rst, psh, ack, urg, ece, cwr } = flags;
      const word = [fin, syn, rst, psh, ack, urg, ece, cwr].reduce(
        (bits, isSet, bit) => bits | (Number(isSet) << bit),
        0,
      );
      const hex = `0x${word.toString(16).padStart(4, '0')}`;
      return [
        [ip.source, ip.destination, sourcePort, destinationPort, sequence, acknowledgment, payloadLength, hex].map(
          String,
        ),
      ];
    });
    expect(ours).toEqual(rows);
  });

  it.each(tcpGoldens)('follows the same streams in %s', async (name) => {
    const conversations = conversationsIn(captureOf(name).packets).filter(({ transport }) => transport === 'tcp');
    const taps = conversations.flatMap((_, stream) => ['-z', `follow,tcp,raw,${stream}`]);
    const text = await tshark(goldenPath(name), '-q', ...taps);
    // tshark tells the streams in the order of its own; the first line says which one it is.
    const theirs = text.split('Follow: tcp,raw').slice(1);
    const byStream = new Map(theirs.map((part) => [Number(/tcp.stream eq (\d+)/.exec(part)?.[1]), followed(part)]));
    expect(conversations.map((_, stream) => byStream.get(stream))).toEqual(conversations.map(bothStreams));
  });

  it('puts the same packets together of fragments, of both versions of IP, in any order, and none that are not whole', async () => {
    const large = (letter: string, length: number) => letter.repeat(length);
    const [laptop, web] = [
      { address: 'fd00::5357:5f0a', port: 40_000 },
      { address: 'fd00::5357:5f0b', port: 80 },
    ];
    const inOrder = fragmentsOf(udpPacket(LAPTOP, WEB, large('a', 3000)), 1480, 7);
    const backwards = fragmentsOf(udpPacket(laptop, web, large('b', 5000)), 1448, 7).reverse();
    const mixed = [
      fragmentsOf(udpPacket(LAPTOP, WEB, large('c', 3000)), 1480, 8),
      fragmentsOf(udpPacket(WEB, LAPTOP, large('d', 2000)), 1480, 8),
    ];
    const twice = fragmentsOf(udpPacket(LAPTOP, WEB, large('e', 2000)), 1480, 9);
    const records = [
      ...inOrder,
      ...backwards,
      ...[0, 1, 2].flatMap((index) => mixed.flatMap((parts) => parts.slice(index, index + 1))),
      ...[twice[0], twice[0], twice[1]].flatMap((part) => part ?? []),
      ...fragmentsOf(tcpPacket(LAPTOP, { ...WEB, port: 81 }, { sequence: 1, data: large('f', 2000) }), 1480, 10),
      ...fragmentsOf(udpPacket(LAPTOP, { ...WEB, port: 82 }, large('g', 3000)), 1480, 11).slice(0, -1),
    ].map((data, index) => ({ timestampNs: 1_700_000_000_000_000_000n + BigInt(index) * 1000n, data }));
    const bytes = encodePcap(records, { linkType: LinkType.RAW });
    await withFile('fragments.pcap', bytes, async (path) => {
      const fields = ['frame.number', 'udp.dstport', 'udp.length', 'udp.payload', 'tcp.dstport', 'tcp.payload'];
      // A packet whose end is missing is no datagram to tshark.
      const rows = await fieldsOf(path, '(udp or tcp) and not icmp', fields);
      const theirs = rows.map(([frame, port, length, data, tcpPort, segment]) =>
        port === '' ? `${frame} ${tcpPort} ${segment}` : `${frame} ${port} ${Number(length) - 8} ${data}`,
      );
      const conversations = conversationsIn(readCapture(bytes).packets);
      const ours = conversations.flatMap(({ transport, client, server, events }) =>
        events.flatMap((event) => {
          if (event.kind !== 'data') return [];
          const { port } = event.from === 'client' ? server : client;
          const said = Buffer.from(event.bytes).toString('hex');
          const row = transport === 'udp' ? `${port} ${event.bytes.byteLength} ${said}` : `${port} ${said}`;
          return [{ packet: event.packet, row: `${event.packet + 1} ${row}` }];
        }),
      );
      const whole = ours.filter(({ row }) => !/^\d+ 82 /.test(row)).sort((a, b) => a.packet - b.packet);
      expect(whole.map(({ row }) => row)).toEqual(theirs);
      expect(whole).toHaveLength(6);
      expect(conversations.at(-1)).toMatchObject({
        server: { port: 82 },
        events: [{ kind: 'data' }, { kind: 'gap', length: 3008 - 1480 }],
      });
    });
  });

  it('sees the same HTTP and HTTP/2 messages', async () => {
    const http = await fieldsOf(goldenPath('http.pcap'), 'http.request', ['http.request.method', 'http.request.uri']);
    expect(summaries('http.pcap', 'request')).toEqual(
      http.map(([method, uri]) => expect.stringMatching(`^${method} ${uri}( |$)`)),
    );
    const http2 = await run('tshark', [
      '-r',
      goldenPath('http2.pcap'),
      '-d',
      'tcp.port==8081,http2',
      '-Y',
      'http2.headers.path',
      '-T',
      'fields',
      '-e',
      'http2.headers.path',
    ]);
    const paths = http2.stdout.trim().split('\n');
    expect(summaries('http2.pcap', 'request')).toEqual(paths.map((path) => expect.stringContaining(` ${path} `)));
  });

  it('understands every block and comment that is written', async () => {
    const data = udpPacket(LAPTOP, WEB, 'ping');
    const bytes = encodeBlocks([
      {
        type: 'section-header',
        byteOrder: 'little',
        hardware: 'HW',
        os: 'OS',
        application: 'APP',
        comments: ['about all'],
      },
      {
        type: 'interface-description',
        linkType: LinkType.RAW,
        snapLength: 0,
        name: 'web node[42]',
        description: 'a host',
        timeResolution: 9,
      },
      { type: 'name-resolution', records: [{ kind: 'ip', address: '10.53.57.11', names: ['web'] }] },
      { type: 'decryption-secrets', secretsType: SecretsType.TLS_KEY_LOG, data: new TextEncoder().encode('# none\n') },
      {
        type: 'enhanced-packet',
        interfaceId: 0,
        timestamp: 1_700_000_000_123_456_789n,
        originalLength: data.length,
        data,
        comments: ['one', 'two'],
        flags: { direction: 'outbound' },
        packetId: 7n,
        verdicts: [{ kind: 2, value: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) }],
      },
      {
        type: 'systemd-journal',
        fields: [
          { name: '__REALTIME_TIMESTAMP', value: '1700000000123457' },
          { name: 'PRIORITY', value: '6' },
          { name: 'SYSLOG_IDENTIFIER', value: 'test' },
          { name: 'MESSAGE', value: 'a step' },
        ],
      },
      {
        type: 'interface-statistics',
        interfaceId: 0,
        timestamp: 1_700_000_000_123_456_789n,
        received: 1n,
        dropped: 0n,
        comments: ['all'],
      },
    ]);
    await withFile('written.pcapng', bytes, async (path) => {
      const [row] = await fieldsOf(path, 'udp', [
        'frame.time_epoch',
        'frame.interface_name',
        'frame.interface_description',
        'frame.comment',
        'frame.packet_id',
        'frame.packet_flags_direction',
        'frame.verdict.ebpf_xdp',
      ]);
      const outbound = ['2', '0x00000002'];
      expect(row?.slice(0, 5)).toEqual(['1700000000.123456789', 'web node[42]', 'a host', 'one', '7']);
      expect(outbound).toContain(row?.[5]);
      expect(row?.[6]).toBe('1');
      expect(await tshark(path, '-N', 'n', '-Y', 'udp')).toContain('→ web');
      expect(await tshark(path)).toContain('a step');
      const { stdout } = await run('capinfos', [path]);
      for (const part of ['HW', 'OS', 'APP', 'about all', 'web node[42]']) expect(stdout).toContain(part);
      await run('editcap', [path, `${path}.copy`]);
    });
  });

  it('reads both kinds of pcap files as they were written', async () => {
    for (const byteOrder of ['little', 'big'] as const) {
      for (const resolution of ['microseconds', 'nanoseconds'] as const) {
        const { packets } = captureOf('pcap-nanoseconds-le.pcap');
        await withFile('written.pcap', encodePcap(packets, { byteOrder, resolution }), async (path) => {
          const rows = await fieldsOf(path, 'udp', ['frame.time_epoch', 'frame.len']);
          const digits = resolution === 'microseconds' ? 6 : 9;
          expect(rows).toEqual(
            packets.map(({ timestampNs, originalLength }) => [
              secondsOf(timestampNs)
                .slice(0, 11 + digits)
                .padEnd(20, '0'),
              String(originalLength),
            ]),
          );
        });
      }
    }
  });

  it.each<[string, (to: string, text: string) => readonly [program: string, ...args: string[]]]>([
    ['editcap, from pcap', (to) => ['editcap', '-F', 'pcapng', goldenPath('redis.pcap'), to]],
    ['editcap, from pcapng', (to) => ['editcap', goldenPath('tls-keys.pcapng'), to]],
    ['editcap, of nanoseconds', (to) => ['editcap', '-F', 'nsecpcap', goldenPath('http.pcap'), to]],
    ['editcap, cut and with a comment', (to) => ['editcap', '-s', '41', '-a', '1:äh', goldenPath('redis.pcap'), to]],
    ['editcap, of another time', (to) => ['editcap', '-t', '-1000.5', goldenPath('http.pcap'), to]],
    [
      'mergecap, in the order of times',
      (to) => ['mergecap', '-w', to, goldenPath('redis.pcap'), goldenPath('tls-keys.pcapng')],
    ],
    [
      'mergecap, one behind the other',
      (to) => ['mergecap', '-a', '-I', 'none', '-w', to, ...Array(2).fill(goldenPath('http.pcap'))],
    ],
    [
      'mergecap, of pcap',
      (to) => ['mergecap', '-F', 'pcap', '-w', to, goldenPath('redis.pcap'), goldenPath('http.pcap')],
    ],
    ['text2pcap', (to, text) => ['text2pcap', '-q', '-l', '101', text, to]],
    ['text2pcap, of pcap', (to, text) => ['text2pcap', '-q', '-F', 'pcap', '-l', '101', text, to]],
  ])(
    'sees the same packets and comments in a file of %s, and the same blocks when it is written again',
    async (_, command) => {
      const dump = udpPacket(LAPTOP, WEB, 'ping');
      const text = `0000 ${Buffer.from(dump).toString('hex').replaceAll(/../g, '$& ')}\n`;
      await withFile('text', new TextEncoder().encode(text), async (path) => {
        const [program, ...args] = command(`${path}.written`, path);
        await run(program, args);
        const written = await readFile(`${path}.written`);
        const { packets, format } = readCapture(written);
        const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.interface_id', 'frame.comment'];
        const rows = await fieldsOf(`${path}.written`, 'frame', fields);
        const ours = packets.map(({ timestampNs, capturedLength, originalLength, options, interface: { index } }) => [
          secondsOf(timestampNs),
          String(capturedLength),
          String(originalLength),
          format === 'pcap' ? '' : String(index),
          options.comments?.[0] ?? '',
        ]);
        expect(ours).toEqual(rows);
        expect(ours.length).toBeGreaterThan(0);
        if (format === 'pcapng')
          expect([...readBlocks(encodeBlocks(readBlocks(written)))]).toEqual([...readBlocks(written)]);
      });
    },
  );

  it.each(['little', 'big'] as const)(
    'sees the same times in every resolution and with every offset, %s-endian',
    async (byteOrder) => {
      const data = udpPacket(LAPTOP, WEB, 'ping');
      const clocks = [0n, 1000n, -1000n, 31_536_000n].flatMap((timeOffsetSeconds) =>
        [0, 1, 3, 6, 7, 9, 10, 12, 15, 0x80, 0x81, 0x8a, 0x94, 0x9f, 0xa0, 0xa8].map((timeResolution) => ({
          timeOffsetSeconds,
          timeResolution,
        })),
      );
      const times = clocks.map(({ timeResolution, timeOffsetSeconds }) => {
        const exponent = BigInt(timeResolution & 0x7f);
        const ticks = timeResolution < 0x80 ? 10n ** exponent : 2n ** exponent;
        // Of finer ones than those, 64 bits hold only five hours, and Wireshark's product of a part of a second and a billion is too large.
        if (ticks > 2n ** 33n) return (2000n - timeOffsetSeconds) * ticks;
        const seconds = 1_700_000_000n - timeOffsetSeconds;
        return seconds * ticks + ticks / 3n;
      });
      const kept = clocks
        .map((clock, index) => ({ clock, time: times[index] ?? 0n }))
        .filter(({ time }) => time >= 0n && time < 2n ** 64n);
      const bytes = encodeBlocks([
        { type: 'section-header', byteOrder },
        ...kept.map(
          ({ clock }) => ({ type: 'interface-description', linkType: LinkType.RAW, snapLength: 0, ...clock }) as const,
        ),
        ...kept.map(
          ({ time }, interfaceId) =>
            ({ type: 'enhanced-packet', interfaceId, timestamp: time, originalLength: data.length, data }) as const,
        ),
      ]);
      await withFile('times.pcapng', bytes, async (path) => {
        const rows = await fieldsOf(path, 'udp', ['frame.time_epoch']);
        expect(readCapture(bytes).packets.map(({ timestampNs }) => [secondsOf(timestampNs)])).toEqual(rows);
        expect(rows.length).toBeGreaterThan(50);
      });
    },
  );
});

describeWithTshark('capinfos', () => {
  it.each(GOLDEN_NAMES)('counts the same packets and bytes in %s', async (name) => {
    const { stdout } = await run('capinfos', ['-T', '-r', '-M', '-c', '-d', goldenPath(name)]);
    const [, count, bytes] = stdout.trim().split('\t');
    const { packets } = captureOf(name);
    expect(packets).toHaveLength(Number(count));
    expect(packets.reduce((sum, { originalLength }) => sum + originalLength, 0)).toBe(Number(bytes));
  });
});

function summaries(name: string, role: 'request' | 'answer'): string[] {
  const messages = conversationsIn(captureOf(name).packets).flatMap(messagesOf);
  return messages
    .filter((message) => message.role === role && message.protocol.startsWith('http'))
    .map(({ summary }) => summary);
}

/** The two streams in what `-z follow,tcp,raw` prints: hexadecimal lines, those of the second node behind a tab. */
function followed(text: string): { first: string; second: string } {
  const lines = text.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
  const first = lines.filter((line) => !line.startsWith('\t')).join('');
  const second = lines
    .filter((line) => line.startsWith('\t'))
    .map((line) => line.slice(1))
    .join('');
  return { first, second };
}

function bothStreams(conversation: Conversation): { first: string; second: string } {
  const hex = (side: 'client' | 'server') => Buffer.from(streamOf(conversation, side)).toString('hex');
  return { first: hex('client'), second: hex('server') };
}
