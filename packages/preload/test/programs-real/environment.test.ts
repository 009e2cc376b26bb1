import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { createNetwork, type ProgramNetwork } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';
import { expectCleanEnd, expectToStop, type Folder, it } from './support/fixtures.js';
import { startNginx } from './support/nginx.js';
import { pathOf } from './support/paths.js';
import { unprivileged } from './support/unprivileged.js';

const HELLO = { name: 'web', files: { 'index.html': 'hello\n' } };
const CURL = ['-sS', '-4', '--noproxy', '*', 'http://web/'];

describe('a program whose environment was emptied', () => {
  it('stays on its network when env -i starts it', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const { requests } = await startNginx(network.host('web'), folder, HELLO);
    const laptop = network.host('laptop');
    const commands = [
      ['-i', pathOf('curl'), ...CURL],
      ['-i', 'sh', '-c', `${pathOf('env')} -i ${pathOf('curl')} -sS -4 --noproxy '*' http://web/`],
    ];
    for (const command of commands) expect((await laptop.run('env', command)).stdout).toBe('hello');
    await expect.poll(requests).toEqual(Array(2).fill(`${laptop.ipv4} "GET / HTTP/1.1" 200`));
  });

  it('is still seen to listen, and ended with all its workers', async ({ network, folder, skip }) => {
    for (const name of ['python3', 'curl']) requireProgram(name, { skip });
    await folder.write('index.html', 'hello\n');
    const args = ['-m', 'http.server', '80', '--directory', folder.path];
    const server = await network.host('web').spawn('env', ['-i', pathOf('python3'), ...args], { listening: 80 });
    expect((await network.host('laptop').run('curl', CURL)).stdout).toBe('hello');
    await expectToStop(server);
  });

  it('has nothing but the network in its new environment', async ({ network }) => {
    const { stdout } = await network.host('laptop').run('env', ['-i', pathOf('env')]);
    const names = stdout.split('\n').map((line) => line.split('=')[0]);
    expect(names.filter((name) => name !== 'LD_PRELOAD' && !name?.startsWith('SOCKET_WRAPPER_'))).toEqual([]);
    expect(names).toContain('SOCKET_WRAPPER_DIR');
  });
});

describe('a program that becomes another user', () => {
  async function fetchAs(
    command: (file: string, args: string[]) => [string, string[]],
    { network, folder, skip }: { network: ProgramNetwork; folder: Folder; skip: (note?: string) => void },
  ): Promise<void> {
    requireProgram('socat', { skip });
    if (process.geteuid?.() !== 0) skip('only root can become somebody else');
    const as = await unprivileged(folder.path, { skip });
    const server = await network
      .host('web')
      .spawn(...as('socat', 'TCP-LISTEN:79,fork', 'SYSTEM:id -un'), { listening: 79 });
    const ask = 'id -un; exec socat -u TCP4:web:79 -';
    const { stdout } = await network.host('laptop').run(...command('sh', ['-c', ask]));
    expect(stdout).toBe('nobody\nnobody');
    await expectToStop(server);
  }

  it('stays on its network behind setpriv', async ({ network, folder, skip }) => {
    requireProgram('setpriv', { skip });
    const options = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
    await fetchAs((file, args) => ['setpriv', [...options, file, ...args]], { network, folder, skip });
  });

  it('stays on its network behind runuser', async ({ network, folder, skip }) => {
    requireProgram('runuser', { skip });
    await fetchAs((file, args) => ['runuser', ['-u', 'nobody', '--', file, ...args]], { network, folder, skip });
  });
});

describe('a network in a deep directory', () => {
  it('works as any other, though no socket address could name its files', async ({ folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const top = await mkdtemp(join(tmpdir(), 'deep-'));
    const parent = join(top, 'a-directory-with-a-long-name'.repeat(4), 'and-another-one-below-it'.repeat(5));
    await mkdir(parent, { recursive: true });
    try {
      const network = createNetwork({ parent });
      // sun_path has 108 bytes (unix(7)).
      expect(network.directory.length).toBeGreaterThan(200);
      const web = network.host('web');
      const { program, requests } = await startNginx(web, folder, HELLO);
      const laptop = network.host('laptop');
      for (const url of [`http://${web.ipv4}/`, `http://[${web.ipv6}]/`]) {
        expect((await laptop.run('curl', ['-sS', '--noproxy', '*', url])).stdout).toBe('hello');
      }
      await expect.poll(requests).toEqual([laptop.ipv4, laptop.ipv6].map((from) => `${from} "GET / HTTP/1.1" 200`));
      await expectToStop(program);
      await expectCleanEnd(network);
    } finally {
      await rm(top, { recursive: true, force: true });
    }
  });

  it('carries datagrams too', async ({ skip }) => {
    requireProgram('python3', { skip });
    const top = await mkdtemp(join(tmpdir(), 'deep-'));
    const parent = join(top, 'x'.repeat(200));
    await mkdir(parent);
    try {
      const network = createNetwork({ parent });
      const echo = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('', 7))
while True: s.sendto(*s.recvfrom(100))`;
      await network.host('server').spawn('python3', ['-c', echo], { listening: { port: 7, transport: 'udp' } });
      const ask = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
s.sendto(b'deep', ('server', 7))
print(*s.recvfrom(100))`;
      const { stdout } = await network.host('client').run('python3', ['-c', ask]);
      expect(stdout).toBe(`b'deep' ('${network.host('server').ipv4}', 7)`);
      await expectCleanEnd(network);
    } finally {
      await rm(top, { recursive: true, force: true });
    }
  });
});
