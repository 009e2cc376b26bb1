/** How much of the traffic is kept, as the options of a network say. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createNetwork, libraryPath, openScope } from '../src/index.js';
import { makeFolder, requireProgram } from './support/programs.js';

const run = promisify(execFile);

const SEND = `
  const { connect, createServer } = require('node:net');
  const server = createServer((socket) => socket.resume().on('end', () => server.close()));
  server.listen(7, () => connect(7).end(Buffer.alloc(Number(process.argv[1]), 'x')));`;

describe('the limits of the recorder', () => {
  it('keep so much of each packet', async () => {
    await using network = createNetwork({ recorder: { packetBytes: 10 } });
    await network.host('box').run('node', ['-e', SEND, '500']);
    const packets = network.capture.packets();
    expect(Math.max(...packets.map(({ originalLength }) => originalLength))).toBe(60 + 500);
    expect(Math.max(...packets.map(({ data }) => data.length))).toBe(60 + 10);
  });

  it('keep so much altogether, the last part', async () => {
    await using network = createNetwork({ recorder: { bytes: 1_048_576 } });
    await network.host('box').run('node', ['-e', SEND, '10000000']);
    expect(statSync(`${network.directory}/.capture`).size).toBeLessThan(2 * 1_048_576);
    const kept = network.capture.packets().reduce((sum, { data }) => sum + data.length, 0);
    expect(kept).toBeGreaterThan(500_000);
    expect(kept).toBeLessThan(1_200_000);
  });

  it('are told of where what was sent found no room at all', async () => {
    await using network = createNetwork();
    const env = { SOCKET_WRAPPER_CAPTURE_BYTES: '65536' };
    await network.host('box').run('node', ['-e', SEND, '60000'], { env });
    expect(network.capture.text()).toMatch(/ 60\.0 kB are missing in the capture\n/);
    expect(network.capture.text()).toMatch(
      /\nIncomplete: 1 event with 60\.1 kB of data found no room in the recorder$/,
    );
  });

  it('hold for the sockets of the test itself', async () => {
    const identity = { file: import.meta.filename, fullName: 'limits', attempt: 0 };
    const scope = openScope(identity, { recorder: { packetBytes: 10 } });
    await scope.run(async () => {
      const server = createServer((socket) => socket.resume().on('end', () => server.close())).listen(7);
      await once(server, 'listening');
      const client = connect(7, 'localhost').end(Buffer.alloc(500));
      await Promise.all([once(server, 'close'), once(client, 'close')]);
      const lengths = scope.network.capture.packets().map(({ data, originalLength }) => [data.length, originalLength]);
      expect(lengths).toContainEqual([60 + 10, 60 + 500]);
    });
    await scope.end('skipped');
  });

  it('are lower where the file system is small, so that sockets find room there, too', async (context) => {
    requireProgram('unshare', context);
    await using folder = await makeFolder();
    const program = 'mount -t tmpfs -o size=8M tmpfs "$SOCKET_WRAPPER_DIR" && node -e "$0" 20000000 && stat -c %s "$1"';
    const file = `${folder.path}/.capture`;
    const env = {
      ...process.env,
      LD_PRELOAD: libraryPath(),
      SOCKET_WRAPPER_DIR: folder.path,
      SOCKET_WRAPPER_PCAP_FILE: file,
    };
    const { stdout } = await run('unshare', ['-rm', 'sh', '-c', program, SEND, file], { env });
    expect(Number(stdout)).toBeGreaterThan(1_048_576);
    expect(Number(stdout)).toBeLessThan(1_200_000);
  });
});
