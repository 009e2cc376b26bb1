import { describe, expect } from 'vitest';
import type { Host } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';
import { expectToStop, type Folder, it } from './support/fixtures.js';
import { startNginx } from './support/nginx.js';

const PROGRAMS = ['haproxy', 'nginx', 'curl'];

/** Writes the configuration of a proxy in front of `servers`, which it checks every 50 ms. */
function configure(folder: Folder, servers: readonly Host[], mode: 'http' | 'tcp'): Promise<string> {
  const lines = servers.map(
    ({ name, ipv4, ipv6 }, n) => `server ${name} ${n % 2 ? `ipv6@[${ipv6}]` : ipv4}:80 check inter 50ms fall 1 rise 1`,
  );
  return folder.write(
    'haproxy.cfg',
    `defaults
  mode ${mode}
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  ${mode === 'http' ? 'option forwardfor' : ''}
frontend entry
  bind :80
  bind :::80 v6only
  default_backend servers
backend servers
  balance roundrobin
${lines.map((line) => `  ${line}\n`).join('')}`,
  );
}

describe('haproxy', () => {
  it('spreads requests over two servers, and does without one that has gone', async ({ network, folder, skip }) => {
    for (const name of PROGRAMS) requireProgram(name, { skip });
    const [one, two] = [network.host('one'), network.host('two')];
    const files = (name: string) => ({ 'index.html': `${name}\n` });
    const server = 'set_real_ip_from 10.53.57.0/24; set_real_ip_from fd00::/8; real_ip_header X-Forwarded-For;';
    const first = await startNginx(one, folder, { name: 'one', files: files('one'), server });
    const second = await startNginx(two, folder, { name: 'two', files: files('two'), server });
    const balancer = network.host('balancer');
    const config = await configure(folder, [one, two], 'http');
    const proxy = await balancer.spawn('haproxy', ['-db', '-f', config], { listening: 80 });

    const laptop = network.host('laptop');
    const fetch = async (url: string) => (await laptop.run('curl', ['-sS', '--noproxy', '*', url])).stdout;
    const answers = [];
    for (let n = 0; n < 4; n++)
      answers.push(await fetch(n % 2 ? `http://${balancer.ipv4}/` : `http://[${balancer.ipv6}]/`));
    expect(answers.sort()).toEqual(['one', 'one', 'two', 'two']);
    const requests = async () => [...(await first.requests()), ...(await second.requests())].sort();
    const line = (address: string) => `${address} "GET / HTTP/1.1" 200`;
    const expected = [laptop.ipv4, laptop.ipv4, laptop.ipv6, laptop.ipv6].map(line).sort();
    await expect.poll(requests).toEqual(expected);

    await expectToStop(second.program);
    // The proxy notices by its check, or by the request it passes on to nobody.
    await expect
      .poll(async () => [await fetch('http://balancer/'), await fetch('http://balancer/')], { timeout: 5000 })
      .toEqual(['one', 'one']);
    await expectToStop(proxy);
  });

  it('passes TCP connections on as they are', async ({ network, folder, skip }) => {
    for (const name of PROGRAMS) requireProgram(name, { skip });
    const web = network.host('web');
    const body = 'x'.repeat(1_000_000);
    const { requests } = await startNginx(web, folder, { name: 'web', files: { 'index.html': body } });
    const balancer = network.host('balancer');
    const config = await configure(folder, [web], 'tcp');
    // As a daemon: a master with a worker of its own.
    const proxy = await balancer.spawn('haproxy', ['-W', '-D', '-p', `${folder.path}/pid`, '-f', config], {
      listening: 80,
    });
    expect(await proxy.exited).toEqual({ exitCode: 0, signal: undefined });
    const { stdout } = await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', 'http://balancer/']);
    expect(stdout === body).toBe(true);
    await expect.poll(requests).toEqual([`${balancer.ipv4} "GET / HTTP/1.1" 200`]);
    await expectToStop(proxy);
  });
});
