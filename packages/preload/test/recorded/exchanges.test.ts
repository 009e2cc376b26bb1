/** What real programs exchange, as Wireshark sees it in the capture. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNetwork, type ProgramNetwork } from '../../src/index.js';
import { canRunTshark, complaints, followedStreams } from '../native/support/tshark.js';
import { makeFolder, requireProgram } from '../support/programs.js';

const TIMEOUT_MS = 60_000;
const NOTHING = { data: Buffer.alloc(0) };
const hasTshark = await canRunTshark();

/** Saves what was recorded, and gives its path. */
async function saved(network: ProgramNetwork, folder: string): Promise<string> {
  const file = join(folder, 'capture.pcapng');
  await network.capture.save(file);
  return file;
}

describe.skipIf(!hasTshark)('the capture of', { timeout: TIMEOUT_MS }, () => {
  it('nginx and curl has the whole answer, and nothing to complain of', async (context) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, context);
    await using folder = await makeFolder();
    await using network = createNetwork();
    const page = randomBytes(300_000);
    await mkdir(join(folder.path, 'html'));
    await writeFile(join(folder.path, 'html', 'page'), page);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder.path}/${name};`,
    );
    const conf = join(folder.path, 'nginx.conf');
    await writeFile(
      conf,
      `daemon off; worker_processes 2; pid ${folder.path}/pid; error_log stderr; events {}
       http { access_log off; sendfile on; ${temporary.join(' ')} server { listen 80; root ${folder.path}/html; } }`,
    );
    const user = process.geteuid?.() === 0 ? ['-g', 'user root;'] : [];
    const web = network.host('web');
    await web.spawn('nginx', ['-e', 'stderr', '-c', conf, ...user], { listening: 80 });
    const received = join(folder.path, 'received');
    await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', '-o', received, 'http://web/page']);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    // The server's stream: a head, then the page.
    const [server = NOTHING] = (await followedStreams(file)).map((stream) => stream.server);
    expect(server.data.subarray(server.data.indexOf('\r\n\r\n') + 4).equals(page)).toBe(true);
  });

  it('redis has the commands and answers, and nothing to complain of', async (context) => {
    for (const name of ['redis-server', 'redis-cli']) requireProgram(name, context);
    await using folder = await makeFolder();
    await using network = createNetwork();
    await network
      .host('cache')
      .spawn('redis-server', ['--save', '', '--dir', folder.path, '--protected-mode', 'no'], { listening: 6379 });
    await network.host('app').run('redis-cli', ['-h', 'cache', 'set', 'colour', 'green']);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    const [{ client, server } = { client: NOTHING, server: NOTHING }] = await followedStreams(file);
    expect(client.data.toString()).toContain('$3\r\nset\r\n$6\r\ncolour\r\n$5\r\ngreen\r\n');
    expect(server.data.toString()).toMatch(/\+OK\r\n$/);
  });
});
