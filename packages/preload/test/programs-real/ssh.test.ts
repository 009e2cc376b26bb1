import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { ProgramHost } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';
import { expectToStop, type Folder, it, lineOf } from './support/fixtures.js';
import { startNginx } from './support/nginx.js';
import { pathOf } from './support/paths.js';

const PROGRAMS = ['sshd', 'ssh', 'ssh-keygen'];
const USER = userInfo().username;

/** The options of ssh and scp that make them know and use the keys of the test alone. */
function clientOptions(folder: Folder): string[] {
  const settings = {
    IdentityFile: join(folder.path, 'key'),
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: join(folder.path, 'known_hosts'),
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'accept-new',
    BatchMode: 'yes',
    LogLevel: 'ERROR',
    User: USER,
  };
  return ['-F', '/dev/null', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

/** Starts sshd as the user who runs the tests, who may log in with the key that is made here. */
async function startSshd(host: ProgramHost, folder: Folder) {
  for (const name of ['key', 'host-key']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder.path, name)]);
  }
  await writeFile(join(folder.path, 'authorized_keys'), await readFile(join(folder.path, 'key.pub')));
  // Where a root's sshd locks up the part of it that talks to strangers. Debian makes it at boot.
  if (process.geteuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const config = await folder.write(
    'sshd_config',
    `Port 22
HostKey ${folder.path}/host-key
AuthorizedKeysFile ${folder.path}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PermitTunnel no
Subsystem sftp internal-sftp
`,
  );
  // sshd starts itself again for each connection, and asks for its full path because of that.
  return host.spawn(pathOf('sshd'), ['-D', '-e', '-f', config], { listening: 22 });
}

describe('sshd', () => {
  it('runs commands for ssh of another host, on its own host', async ({ network, folder, skip }) => {
    for (const name of PROGRAMS) requireProgram(name, { skip });
    const box = network.host('box');
    const server = await startSshd(box, folder);
    const laptop = network.host('laptop');
    for (const address of [box.ipv4, box.ipv6]) {
      const { stdout } = await laptop.run('ssh', [...clientOptions(folder), address, 'echo $SSH_CONNECTION; cat'], {
        input: 'and back\n',
      });
      const own = address === box.ipv4 ? laptop.ipv4 : laptop.ipv6;
      expect(stdout).toMatch(new RegExp(`^${own} \\d+ ${address} 22\nand back$`));
    }
    expect(await lineOf(server, /Accepted publickey/)).toContain(
      `Accepted publickey for ${USER} from ${laptop.ipv4} port`,
    );
    await expectToStop(server);
  });

  it('keeps a session on the network, whose environment it made anew', async ({ network, folder, skip }) => {
    for (const name of [...PROGRAMS, 'nginx', 'curl']) requireProgram(name, { skip });
    const { requests } = await startNginx(network.host('web'), folder, {
      name: 'web',
      files: { 'index.html': 'hello\n' },
    });
    const box = network.host('box');
    await startSshd(box, folder);
    const { stdout } = await network
      .host('laptop')
      .run('ssh', [...clientOptions(folder), 'box', 'curl -sS -4 --noproxy "*" http://web/; hostname']);
    expect(stdout).toBe('hello\nbox');
    await expect.poll(requests).toEqual([`${box.ipv4} "GET / HTTP/1.1" 200`]);
  });

  it('forwards a port to a host that only it can name', async ({ network, folder, skip }) => {
    for (const name of [...PROGRAMS, 'nginx', 'curl']) requireProgram(name, { skip });
    const web = network.host('web');
    const { requests } = await startNginx(web, folder, { name: 'web', files: { 'index.html': 'hello\n' } });
    const box = network.host('box');
    await startSshd(box, folder);
    const laptop = network.host('laptop');
    const tunnel = await laptop.spawn('ssh', [...clientOptions(folder), '-N', '-L', `8080:${web.ipv4}:80`, 'box'], {
      listening: 8080,
    });
    expect((await laptop.run('curl', ['-sS', '--noproxy', '*', 'http://127.0.0.1:8080/'])).stdout).toBe('hello');
    expect((await laptop.run('curl', ['-sS', '--noproxy', '*', 'http://localhost:8080/'])).stdout).toBe('hello');
    await expect.poll(requests).toEqual(Array(2).fill(`${box.ipv4} "GET / HTTP/1.1" 200`));
    await expectToStop(tunnel);
  });

  it('opens a port on its own host for a program on another', async ({ network, folder, skip }) => {
    for (const name of [...PROGRAMS, 'nginx', 'curl']) requireProgram(name, { skip });
    const laptop = network.host('laptop');
    await startNginx(laptop, folder, { name: 'laptop', files: { 'index.html': 'from the laptop\n' } });
    const box = network.host('box');
    const server = await startSshd(box, folder);
    const tunnel = laptop.spawn('ssh', [
      ...clientOptions(folder),
      '-v',
      '-N',
      '-R',
      '8080:127.0.0.1:80',
      'box',
      '-o',
      'LogLevel=DEBUG1',
    ]);
    const isOpen = () => network.sockets().some(({ host, local }) => host === 'box' && local.port === 8080);
    await expect.poll(isOpen, { timeout: 10_000 }).toBe(true);
    expect((await box.run('curl', ['-sS', '--noproxy', '*', 'http://127.0.0.1:8080/'])).stdout).toBe('from the laptop');
    await expectToStop(tunnel);
    await expect.poll(isOpen).toBe(false);
    await expectToStop(server);
  });

  it('copies a large file with scp and leaves it unchanged', async ({ network, folder, skip }) => {
    for (const name of [...PROGRAMS, 'scp']) requireProgram(name, { skip });
    await startSshd(network.host('box'), folder);
    const bytes = Buffer.alloc(5_000_000, 'some text that repeats itself ');
    await writeFile(join(folder.path, 'original'), bytes);
    const copy = join(folder.path, 'copy');
    await network
      .host('laptop')
      .run('scp', ['-q', ...clientOptions(folder), join(folder.path, 'original'), `box:${copy}`]);
    expect((await readFile(copy)).equals(bytes)).toBe(true);
  });
});
