/** Captures of much, and of a sudden end: what Wireshark finds in them is right, and whole where it says so. */
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { canRunTshark, complaints, followedStreams, packets } from '../native/support/tshark.js';
import { it, lineOf } from '../programs-real/support/fixtures.js';
import { saved } from './support/saved.js';
import { saidIn } from './support/wiretap.js';

const TIMEOUT_MS = 180_000;
const COUNTED = fileURLToPath(new URL('../programs/counted.mjs', import.meta.url));
/** A gibibyte takes a minute on a busy machine; the usual run has twice what the flight recorder holds. */
const BYTES = Number(process.env['SOCKET_WRAPPER_TEST_BULK_BYTES'] ?? 2 ** 27);
/** One that Wireshark takes for no protocol. */
const PORT = '9000';
const hasTshark = await canRunTshark();

describe.skipIf(!hasTshark)('the capture', { timeout: TIMEOUT_MS }, () => {
  it('of more than the flight recorder holds is its last part, in which nothing is missing', async ({
    network,
    folder,
  }) => {
    const source = network.host('source');
    await source.spawn('node', [COUNTED, PORT, String(BYTES)], { listening: Number(PORT) });
    const { stdout } = await network.host('sink').run('node', [COUNTED, 'get', 'source', PORT]);
    expect(stdout).toContain(`{"bytes":${BYTES},`);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    const data = Buffer.from((await packets(file, 'tcp.len > 0', 'tcp.payload')).join(''), 'hex');
    const first = BYTES - data.length;
    expect(data.length).toBeGreaterThan(2 ** 24);
    for (let at = -first & 7; at < data.length; at += 8) {
      if (data.readUIntBE(at + 2, 6) !== first + at) expect(data.readUIntBE(at + 2, 6)).toBe(first + at);
    }
  });

  it('of a server that was killed has all that it had sent, though its client read it later', async ({
    network,
    folder,
  }) => {
    const server = await network
      .host('source')
      .spawn('node', [COUNTED, PORT, '100000', 'hold'], { listening: Number(PORT) });
    const client = await network.host('sink').spawn('node', [COUNTED, 'get', 'source', PORT]);
    await lineOf(client, /connected/);
    await lineOf(server, /^sent/);
    server.kill('SIGKILL');
    await server.exited;
    client.stdin.end();
    const got = JSON.parse(await lineOf(client, /sha256/)) as unknown;
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    const [stream] = await followedStreams(file);
    expect(saidIn(stream?.server.data ?? Buffer.alloc(0))).toEqual(got);
  });
});
