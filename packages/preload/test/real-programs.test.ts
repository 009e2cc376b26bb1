import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNetwork, type ProgramHost } from '../src/index.js';
import { isAlive, makeFolder, requireProgram } from './support/programs.js';

/** Starts nginx on `host`, serving `hello` from a folder of its own. */
async function startNginx(host: ProgramHost, folder: string, { isDaemon }: { isDaemon: boolean }) {
  await mkdir(join(folder, 'html'), { recursive: true });
  await writeFile(join(folder, 'html', 'index.html'), 'hello from nginx\n');
  const conf = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await writeFile(
    conf,
    `daemon ${isDaemon ? 'on' : 'off'};
     worker_processes 2;
     pid ${folder}/nginx.pid;
     error_log stderr;
     events {}
     http {
       access_log off;
       ${temporary.join(' ')}
       server { listen 80; listen [::]:80; root ${folder}/html; }
     }`,
  );
  // The workers change to this user, and have to get at the folder.
  const user = process.geteuid?.() === 0 ? ['-g', 'user root;'] : [];
  return host.spawn('nginx', ['-e', 'stderr', '-c', conf, ...user], { listening: 80 });
}

describe('programs as they come', () => {
  it('serves with nginx and fetches with curl, by name and over both families', async (context) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, context);
    await using folder = await makeFolder();
    await using network = createNetwork();
    const web = network.host('web');
    await startNginx(web, folder.path, { isDaemon: false });
    const laptop = network.host('laptop');
    for (const url of ['http://web/', `http://${web.ipv4}/`, `http://[${web.ipv6}]/`]) {
      expect(await laptop.run('curl', ['-sS', '--noproxy', '*', url])).toMatchObject({ stdout: 'hello from nginx' });
    }
  });

  it('lets nginx become a daemon, and leaves none of its processes behind', async (context) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, context);
    await using folder = await makeFolder();
    const network = createNetwork();
    const server = await startNginx(network.host('web'), folder.path, { isDaemon: true });
    expect(await server.exited).toEqual({ exitCode: 0, signal: undefined });
    const { stdout } = await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', 'http://web/']);
    expect(stdout).toBe('hello from nginx');
    const pids = network.processes().map(({ pid }) => pid);
    expect(pids.filter(isAlive).length).toBeGreaterThanOrEqual(3);
    await network.dispose();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('keeps the data of redis-server for redis-cli on another host', async (context) => {
    for (const name of ['redis-server', 'redis-cli']) requireProgram(name, context);
    await using folder = await makeFolder();
    await using network = createNetwork();
    await network.host('cache').spawn('redis-server', ['--save', '', '--dir', folder.path, '--protected-mode', 'no'], {
      listening: 6379,
    });
    const cli = (...args: string[]) => network.host('app').run('redis-cli', ['-h', 'cache', ...args]);
    expect((await cli('set', 'colour', 'green')).stdout).toBe('OK');
    expect((await cli('get', 'colour')).stdout).toBe('green');
  });

  it('gives every host a port 80 of its own', async (context) => {
    requireProgram('curl', context);
    await using network = createNetwork();
    const script = (answer: string) => `require('http').createServer((_, r) => r.end('${answer}')).listen(80)`;
    for (const name of ['a', 'b', 'c']) {
      await network.host(name).spawn(process.execPath, ['-e', script(name)], { listening: 80 });
    }
    for (const name of ['a', 'b', 'c']) {
      const { stdout } = await network.host('d').run('curl', ['-sS', '--noproxy', '*', `http://${name}/`]);
      expect(stdout).toBe(name);
    }
  });

  it('lets nothing out: curl on a host finds no host that is not on the network', async (context) => {
    requireProgram('curl', context);
    await using network = createNetwork();
    const { exitCode } = await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', 'http://example.com/'], {
      reject: false,
    });
    // "Could not resolve host" (curl's manual, EXIT CODES)
    expect(exitCode).toBe(6);
  });
});
