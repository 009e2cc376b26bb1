/** Captures as Wireshark sees them: no complaint, and exactly the bytes that the programs exchanged. */
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, requireProgram } from '../support/programs.js';
import { compileTraffic, TRAFFIC } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { withDirectory } from './support/run.js';
import {
  canRunTshark,
  complaints,
  followedStreams,
  packets,
  type Stream,
  streamsByClientPort,
} from './support/tshark.js';

const TIMEOUT_MS = 120_000;
/** A gibibyte takes tshark minutes on a busy machine, so only `pnpm test:endurance` has as much. */
const BULK_TIMEOUT_MS = 900_000;
const BULK_BYTES = process.env['SOCKET_WRAPPER_TEST_BULK_BYTES'] ?? String(64 * 1024 * 1024);
const CONNECTIONS = process.env['SOCKET_WRAPPER_TEST_CONNECTIONS'] ?? '1000';

interface Recorded {
  readonly file: string;
  /** What the program says its connections carried. */
  readonly streams: readonly Stream[];
}

/** Runs `traffic MODE`, recorded. */
async function record(args: readonly string[], use: (recorded: Recorded) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => {
    const file = join(directory, 'capture.pcap');
    const { stdout } = await execa(TRAFFIC, args, {
      env: { LD_PRELOAD: LIBRARY, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_PCAP_FILE: file },
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    await use({ file, streams: stdout === '' ? [] : stdout.split('\n').map(streamOf) });
  });
}

function streamOf(line: string): Stream {
  const [, port, sent, crc, answered, answerCrc] = line.split(' ');
  return {
    clientPort: Number(port),
    client: { bytes: Number(sent), crc: Number.parseInt(crc ?? '', 16) },
    server: { bytes: Number(answered), crc: Number.parseInt(answerCrc ?? '', 16) },
  };
}

const withoutData = ({ clientPort, client, server }: Stream): Stream => ({
  clientPort,
  client: { bytes: client.bytes, crc: client.crc },
  server: { bytes: server.bytes, crc: server.crc },
});

const byPort = (a: Stream, b: Stream) => a.clientPort - b.clientPort;

beforeAll(async () => {
  if (isInstalled('cc')) await compileTraffic();
}, TIMEOUT_MS);
beforeEach((context) => requireProgram('cc', context));

const hasTshark = await canRunTshark();

describe.skipIf(!hasTshark)('the capture of a TCP connection', () => {
  it.each([
    ['through which 2 MB go one way', ['bulk', '2000000']],
    ['of which there are many at once, in several processes', ['parallel', CONNECTIONS]],
    ['that three processes write to: its maker, an heir and one that it was passed to', ['shared']],
    ['that SO_LINGER 0 resets', ['reset']],
    ['that is closed with unread data', ['unread']],
    ['that one side shuts down while the other goes on', ['half-close']],
    ['that one side shuts down before it reads the answer', ['late-answer']],
    ['that one side shuts down and closes with unread data', ['given-up']],
    ['that one side goes on with after the other has closed', ['too-late']],
    ['behind FILE streams', ['stdio']],
    ['that is standard input and output of a program', ['standard']],
    ['that is standard input and output of a child', ['standard-child']],
    ['that sendfile(2) writes to', ['sendfile']],
    ['that splice(2) writes to and reads from', ['splice']],
    ['that is used through syscall(2)', ['raw']],
    ['whose sender was killed', ['killed', '1000000']],
  ])('%s gives tshark back every byte and no reason to complain', { timeout: TIMEOUT_MS }, async (_, args) => {
    await record(args, async ({ file, streams }) => {
      expect(await complaints(file)).toEqual([]);
      const followed = (await followedStreams(file)).map(withoutData);
      expect(followed.sort(byPort)).toEqual([...streams].sort(byPort));
    });
  });

  it('through which a lot of data goes has all of it, in order', { timeout: BULK_TIMEOUT_MS }, async () => {
    await record(['bulk', BULK_BYTES], async ({ file, streams }) => {
      expect([...(await streamsByClientPort(file)).values()]).toEqual(streams);
      expect(await complaints(file)).toEqual([]);
    });
  });

  it('ends with the RST of the side that reset it', async () => {
    for (const mode of ['reset', 'unread']) {
      await record([mode], async ({ file, streams }) => {
        const numbers = await packets(file, 'tcp', 'frame.number');
        expect(await packets(file, 'tcp.flags.reset == 1', 'frame.number', 'tcp.dstport')).toEqual([
          `${numbers.at(-1)}\t${streams[0]?.clientPort}`,
        ]);
      });
    }
  });

  it.each([
    ['late-answer', ['client FIN 9 7', 'server FIN 7 10']],
    ['given-up', ['client FIN 9 7', 'client RST 10 7']],
    ['unread', ['server RST 1 9']],
    ['reset', ['server RST 1 9']],
    ['too-late', ['server FIN 1 9', 'server RST 2 0']],
  ])('ends with the flags and numbers that Linux sends: %s', async (mode, expected) => {
    await record([mode], async ({ file, streams }) => {
      const lasts = await packets(
        file,
        'tcp.flags.fin == 1 or tcp.flags.reset == 1',
        ...['tcp.srcport', 'tcp.flags.fin', 'tcp.seq', 'tcp.ack'],
      );
      const told = lasts.map((line) => {
        const [port, isFin, sequence, acknowledgement] = line.split('\t');
        const side = port === String(streams[0]?.clientPort) ? 'client' : 'server';
        return `${side} ${isFin === '1' ? 'FIN' : 'RST'} ${sequence} ${acknowledgement}`;
      });
      expect(told).toEqual(expected);
    });
  });

  it('has one FIN from each side, the first from the one that shut down', async () => {
    await record(['half-close'], async ({ file, streams }) => {
      const port = String(streams[0]?.clientPort);
      const finished = await packets(file, 'tcp.flags.fin == 1', 'tcp.srcport', 'tcp.dstport');
      expect(finished.map((line) => line.split('\t').indexOf(port))).toEqual([0, 1]);
    });
  });
});

describe.skipIf(!hasTshark)('the capture of datagrams', () => {
  it('has each once, with its length', async () => {
    await record(['udp'], async ({ file }) => {
      expect(await complaints(file)).toEqual([]);
      expect(await packets(file, 'udp', 'udp.length')).toEqual([1, 0, 4000, 10, 11].map((size) => String(size + 8)));
    });
  });

  it('has broadcasts and multicasts once, as they were sent, and as far as they may go', async () => {
    await record(['broadcast'], async ({ file }) => {
      expect(await complaints(file)).toEqual([]);
      expect(await packets(file, 'udp', 'ip.src', 'ip.dst', 'ip.ttl', 'ip.dsfield')).toEqual([
        '127.0.0.1\t255.255.255.255\t64\t0x10',
        '127.0.0.1\t239.1.2.3\t1\t0x10',
      ]);
    });
  });
});

describe.skipIf(!hasTshark)('the capture of a failed attempt', () => {
  it('shows the answer of a closed port, and what was blocked', async () => {
    await record(['refused'], async ({ file }) => {
      expect(await complaints(file)).toEqual([]);
      expect(await packets(file, 'tcp.flags.reset == 1', 'tcp.srcport')).toContain('9');
      // Port unreachable for the datagram, network unreachable for the connection that would have left the network.
      expect(await packets(file, 'icmp', 'icmp.code')).toEqual(['3', '0']);
    });
  });
});
