import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';
import { startNginx } from './support/nginx.js';

describe('wget', () => {
  it('fetches a page and all that it links to', async ({ network, folder, skip }) => {
    for (const name of ['wget', 'nginx']) requireProgram(name, { skip });
    const server = await startNginx(network.host('web'), folder, {
      name: 'web',
      files: { 'index.html': '<a href="/deep/page.html">on</a>', 'deep/page.html': 'the end\n' },
    });
    const copy = join(folder.path, 'copy');
    await network.host('laptop').run('wget', ['--no-proxy', '-r', '-nv', '-P', copy, 'http://web/']);
    expect(await readFile(join(copy, 'web', 'deep', 'page.html'), 'utf8')).toBe('the end\n');
    await expect.poll(server.requests).toContain(`${network.host('laptop').ipv4} "GET /deep/page.html HTTP/1.1" 200`);
    await expectToStop(server.program);
  });

  it.for(['-4', '-6'] as const)('goes by the family that %s asks for', async (family, { network, folder, skip }) => {
    for (const name of ['wget', 'nginx']) requireProgram(name, { skip });
    const web = network.host('web');
    const server = await startNginx(web, folder, { name: 'web', files: { 'index.html': 'hello\n' } });
    const { stdout } = await network.host('laptop').run('wget', ['--no-proxy', family, '-qO-', 'http://web/']);
    expect(stdout).toBe('hello');
    const { ipv4, ipv6 } = network.host('laptop');
    await expect.poll(server.requests).toEqual([`${family === '-4' ? ipv4 : ipv6} "GET / HTTP/1.1" 200`]);
  });

  it('reports a closed port as refused and an unknown host as unknown', async ({ network, skip }) => {
    requireProgram('wget', { skip });
    network.host('web');
    const fetch = (url: string) =>
      network.host('laptop').run('wget', ['--no-proxy', '-t', '1', '-O-', url], { reject: false });
    expect((await fetch('http://web/')).stderr).toContain('failed: Connection refused');
    expect((await fetch('http://nowhere.example/')).stderr).toContain('unable to resolve host address');
  });
});
