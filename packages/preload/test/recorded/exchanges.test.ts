/** What real programs say to each other over TCP, as Wireshark puts it together from the capture: every byte, and no complaint. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { describe, expect } from 'vitest';
import { canRunTshark, complaints, packets } from '../native/support/tshark.js';
import { it } from '../programs-real/support/fixtures.js';
import { startNginx } from '../programs-real/support/nginx.js';
import { requirePostgres, startPostgres } from '../programs-real/support/postgres.js';
import { requireProgram } from '../support/programs.js';
import { saved } from './support/saved.js';
import { exchanges, followed, onBothSides, tap } from './support/wiretap.js';

/** initdb and half a dozen runs of tshark are twelve seconds alone, and nearly a minute beside other suites. */
const TIMEOUT_MS = 180_000;
const hasTshark = await canRunTshark();
const text = (bytes: number) => randomBytes(bytes).toString('base64');

const HTTP2_SERVER = `
  require('node:http2').createServer((request, response) => response.end('x'.repeat(20_000))).listen(80);
`;
/** Prints how many bytes its 50 requests brought. */
const HTTP2_CLIENT = `
  const session = require('node:http2').connect('http://proxy');
  let open = 50;
  let bytes = 0;
  for (let i = 0; i < 50; i++) {
    const request = session.request({ ':path': '/' + i });
    request.on('data', (chunk) => { bytes += chunk.length; });
    request.on('close', () => {
      open -= 1;
      if (open === 0) session.close(() => console.log(bytes));
    });
  }
`;

describe.skipIf(!hasTshark)('the capture shows what a proxy saw', { timeout: TIMEOUT_MS }, () => {
  it('of nginx and curl, over IPv4 and IPv6', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const web = network.host('web');
    await startNginx(web, folder, { name: 'web', files: { page: text(300_000) } });
    const proxy = await tap(network.host('proxy'), web, 80);
    const urls = ['http://proxy/page', 'http://proxy/none', 'http://proxy/page'];
    for (const family of ['-4', '-6']) {
      await network.host('laptop').run('curl', ['-sS', family, '--noproxy', '*', ...urls]);
    }
    const seen = await exchanges(proxy, 2);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await followed(file)).toEqual(onBothSides(seen));
    expect(seen.map(({ server }) => server.bytes > 800_000)).toEqual([true, true]);
  });

  it('of redis and its clients', async ({ network, folder, skip }) => {
    for (const name of ['redis-server', 'redis-cli']) requireProgram(name, { skip });
    const cache = network.host('cache');
    await cache.spawn('redis-server', ['--save', '', '--dir', folder.path, '--protected-mode', 'no'], {
      listening: 6379,
    });
    const proxy = await tap(network.host('proxy'), cache, 6379);
    const commands = await folder.write('commands', `SET colour "${text(100_000)}"\nGET colour\nPING\n`);
    const cli = network.host('app').spawn('redis-cli', ['-h', 'proxy']);
    createReadStream(commands).pipe(cli.stdin);
    expect(await cli.exited).toMatchObject({ exitCode: 0 });
    expect(cli.output()).toMatch(/PONG\n$/);
    const seen = await exchanges(proxy, 1);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await followed(file)).toEqual(onBothSides(seen));
  });

  it('of PostgreSQL and psql', async ({ network, folder, skip }) => {
    requirePostgres({ skip });
    const { db } = await startPostgres(network, folder, { skip });
    const proxy = await tap(network.host('proxy'), db, 5432);
    const sql = `create table colours as select 'colour ' || n as name from generate_series(1, 20000) n; table colours`;
    const psql = ['-X', '-q', '-h', 'proxy', '-U', 'app', '-d', 'postgres', '-c', sql];
    const { stdout } = await network.host('app').run('psql', psql);
    expect(stdout).toContain('colour 20000');
    const seen = await exchanges(proxy, 1);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await followed(file)).toEqual(onBothSides(seen));
  });

  it('of HTTP/2, many requests at once on one connection', async ({ network, folder }) => {
    const web = network.host('web');
    await web.spawn('node', ['-e', HTTP2_SERVER], { listening: 80 });
    const proxy = await tap(network.host('proxy'), web, 80);
    // curl 7.88 loses its own count of requests in parallel, with or without a network of ours.
    const { stdout } = await network.host('laptop').run('node', ['-e', HTTP2_CLIENT]);
    expect(stdout).toBe(String(50 * 20_000));
    const seen = await exchanges(proxy, 1);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await followed(file)).toEqual(onBothSides(seen));
    const paths = (await packets(file, 'http2.headers.path', 'http2.headers.path')).join().split(',');
    expect(paths.filter((path) => path === '/7')).toHaveLength(2);
  });
});
