/** The file of SOCKET_WRAPPER_PCAP_FILE: its formats, those who read it live, and what can go wrong with it. */
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCapture } from '../../../core/src/pcap.js';
import { flightHead, readFlightRecorder } from '../../../core/src/recording/flight-recorder.js';
import { compileTraffic, TRAFFIC } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { withDirectory } from './support/run.js';
import { canRunTshark, complaints } from './support/tshark.js';

const TIMEOUT_MS = 120_000;
const hasTshark = await canRunTshark();

type Variables = Readonly<Record<string, string>>;

async function traffic(directory: string, args: readonly string[], variables: Variables) {
  return execa(TRAFFIC, args, {
    env: { LD_PRELOAD: LIBRARY, SOCKET_WRAPPER_DIR: directory, ...variables },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}

beforeAll(() => compileTraffic(), TIMEOUT_MS);

describe('SOCKET_WRAPPER_PCAP_FILE', { timeout: TIMEOUT_MS }, () => {
  it.skipIf(!hasTshark)('gives pcapng with nanoseconds when it ends in .pcapng', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'c.pcapng');
      await traffic(directory, ['half-close'], { SOCKET_WRAPPER_PCAP_FILE: file });
      const { packets } = readCapture(await readFile(file));
      expect(packets.some(({ timestampNs = 0n }) => timestampNs % 1000n !== 0n)).toBe(true);
      expect(await complaints(file)).toEqual([]);
    });
  });

  it('has one header however many processes start at once, and all that they recorded', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'c.pcap');
      await Promise.all(
        Array.from({ length: 8 }, () => traffic(directory, ['half-close'], { SOCKET_WRAPPER_PCAP_FILE: file })),
      );
      const { packets } = readCapture(await readFile(file));
      // Each: 3 of the handshake, 3 and 14 of data, 2 FIN.
      expect(packets).toHaveLength(8 * 22);
    });
  });

  it('goes on behind what an earlier network has recorded into the same file', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'c.pcap');
      for (const name of ['one', 'two']) {
        await mkdir(join(directory, name));
        await traffic(join(directory, name), ['half-close'], { SOCKET_WRAPPER_PCAP_FILE: file });
      }
      expect(readCapture(await readFile(file)).packets).toHaveLength(2 * 22);
    });
  });

  it('streams into a named pipe all that there is, for it waits until somebody reads', async () => {
    await withDirectory(async (directory) => {
      const pipe = join(directory, 'pipe');
      await execa('mkfifo', [pipe]);
      const writer = traffic(directory, ['half-close'], { SOCKET_WRAPPER_PCAP_FILE: pipe });
      const [{ stdout }] = await Promise.all([execa('cat', [pipe], { encoding: 'buffer' }), writer]);
      expect(readCapture(stdout).packets).toHaveLength(22);
    });
  });

  it('goes on when whoever read the named pipe has left, and so do the programs that start then', async () => {
    await withDirectory(async (directory) => {
      const pipe = join(directory, 'pipe');
      await execa('mkfifo', [pipe]);
      const variables = { SOCKET_WRAPPER_PCAP_FILE: pipe };
      const writer = traffic(directory, ['bulk', '2000000'], variables);
      const [{ stdout }, { stderr }] = await Promise.all([
        execa('head', ['-c', '24', pipe], { encoding: 'buffer' }),
        writer,
      ]);
      expect(stdout.subarray(0, 4)).toEqual(Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1));
      expect(stderr).toMatch(/ - cannot write the capture '[^']*\/pipe': Broken pipe$/);
      const later = await traffic(directory, ['half-close'], variables);
      expect(later.stderr).toMatch(/ - cannot write the capture '[^']*\/pipe': Broken pipe; nothing is captured$/);
    });
  });

  it('streams to stdout for -', async () => {
    await withDirectory(async (directory) => {
      const { stdout } = await execa(TRAFFIC, ['udp'], {
        env: { LD_PRELOAD: LIBRARY, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_PCAP_FILE: '-' },
        encoding: 'buffer',
      });
      expect(readCapture(stdout).packets).toHaveLength(5);
    });
  });

  it('says in one line when it cannot be written, and the program goes on', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'missing', 'c.pcap');
      const { stderr, stdout } = await traffic(directory, ['half-close'], { SOCKET_WRAPPER_PCAP_FILE: file });
      expect(stderr.split('\n')).toEqual([
        expect.stringContaining(`cannot write the capture '${file}': No such file or directory; nothing is captured`),
      ]);
      expect(stdout).toMatch(/^stream /);
    });
  });

  it('keeps its descriptor when the program closes all of them', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'c.pcap');
      const script = `
        import os, socket
        def talk():
            server = socket.create_server(('127.0.0.1', 0))
            client = socket.create_connection(server.getsockname())
            peer, _ = server.accept()
            for end in (client, peer, server): end.close()
        talk()
        os.closerange(3, 4096)
        for fd in range(3, 1024):
            try: os.close(fd)
            except OSError: pass
        talk()`;
      await execa('python3', ['-c', script.replace(/^ {8}/gm, '')], {
        env: { LD_PRELOAD: LIBRARY, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_PCAP_FILE: file },
      });
      // A handshake and two FIN each.
      expect(readCapture(await readFile(file)).packets).toHaveLength(2 * 5);
    });
  });

  it('leaves a file alone that took the number of its descriptor', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'c.pcap');
      const other = join(directory, 'other');
      await writeFile(other, 'mine');
      const script = `
        import ctypes, os, socket
        def talk():
            server = socket.create_server(('127.0.0.1', 0))
            client = socket.create_connection(server.getsockname())
            peer, _ = server.accept()
            for end in (client, peer, server): end.close()
        talk()
        theirs = [int(fd) for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + fd) and os.readlink('/proc/self/fd/' + fd).endswith('c.pcap')]
        own = os.open('${other}', os.O_RDWR)
        # What no function in front of libc's can see: dup3(2) as io_uring or a Go program would do it.
        code = ctypes.CDLL(None, use_errno=True)
        dup3 = 24 if os.uname().machine == 'aarch64' else 292
        for fd in theirs: code.syscall(dup3, own, fd, 0)
        talk()`;
      await execa('python3', ['-c', script.replace(/^ {8}/gm, '')], {
        env: { LD_PRELOAD: LIBRARY, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_PCAP_FILE: file },
      });
      expect(await readFile(other, 'utf8')).toBe('mine');
      expect(readCapture(await readFile(file)).packets).toHaveLength(2 * 5);
    });
  });
});

describe('the flight recorder', { timeout: TIMEOUT_MS }, () => {
  it('has what a file would have, and no file beside it', async () => {
    await withDirectory(async (directory) => {
      const ring = join(directory, '.capture');
      await traffic(directory, ['half-close'], { SOCKET_WRAPPER_PCAP_FILE: ring });
      await using file = await open(ring);
      const { packets, lostEvents, overwrittenBytes } = readFlightRecorder(file.fd);
      expect([packets.length, lostEvents, overwrittenBytes]).toEqual([22, 0, 0]);
    });
  });

  it('drops the oldest events and says how much that was', async () => {
    await withDirectory(async (directory) => {
      const ring = join(directory, '.capture');
      const variables = { SOCKET_WRAPPER_PCAP_FILE: ring, SOCKET_WRAPPER_CAPTURE_BYTES: '1048576' };
      await traffic(directory, ['bulk', '5000000'], variables);
      await using file = await open(ring);
      const { packets, overwrittenBytes } = readFlightRecorder(file.fd);
      expect(overwrittenBytes).toBe(flightHead(file.fd) - 1_048_576);
      expect(packets.at(-1)?.data[33]).toBe(0x11); // FIN and ACK: the end is there.
    });
  });

  it('keeps no more of a packet than the limit says, and its true length', async () => {
    await withDirectory(async (directory) => {
      const ring = join(directory, '.capture');
      const variables = { SOCKET_WRAPPER_PCAP_FILE: ring, SOCKET_WRAPPER_CAPTURE_PACKET_LIMIT: '100' };
      await traffic(directory, ['bulk', '1000000'], variables);
      await using file = await open(ring);
      const { packets } = readFlightRecorder(file.fd);
      expect(Math.max(...packets.map(({ data }) => data.length))).toBe(140);
      const sent = packets.reduce(
        (sum, { data, originalLength }) => sum + originalLength - Math.min(data.length, 40),
        0,
      );
      expect(sent).toBeGreaterThanOrEqual(1_000_000);
    });
  });
});
