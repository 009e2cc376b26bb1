import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';
import { pathOf } from './support/paths.js';

/** Answers HTTP on the listeners that it was started with: descriptors 3 and up (sd_listen_fds(3)). */
const ACTIVATED = `
const { createServer } = require('node:http');
const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES } = process.env;
if (LISTEN_PID !== String(process.pid)) throw new Error('the listeners are for ' + LISTEN_PID);
const names = LISTEN_FDNAMES.split(':');
for (let n = 0; n < Number(LISTEN_FDS); n++) {
  const answer = (request, response) => response.end(names[n] + ' for ' + request.socket.remoteAddress);
  createServer(answer).listen({ fd: 3 + n });
}
`;

/** Binds, and then becomes the program that it is told to become, as a service manager does. */
const WRAPPER = `
import os, socket, sys
first = socket.create_server(('', 80), family=socket.AF_INET6, dualstack_ipv6=True)
second = socket.create_server(('0.0.0.0', 81))
# Out of the way first: the numbers may be each other's.
high = [os.dup2(s.fileno(), 100 + n) for n, s in enumerate([first, second])]
for n, fd in enumerate(high):
    os.dup2(fd, 3 + n, inheritable=True)
os.closerange(5, 1000)
environment = {'LISTEN_FDS': '2', 'LISTEN_PID': str(os.getpid()), 'LISTEN_FDNAMES': 'web:admin'}
os.execve(sys.argv[1], sys.argv[1:], environment)
`;

describe('socket activation', () => {
  it('starts a program with the listeners that systemd-socket-activate opened', async ({ network, folder, skip }) => {
    for (const name of ['systemd-socket-activate', 'curl']) requireProgram(name, { skip });
    const web = network.host('web');
    const script = await folder.write('activated.cjs', ACTIVATED);
    const server = await web.spawn(
      'systemd-socket-activate',
      ['-l', '80', '-l', `${web.ipv4}:81`, '--fdname=web:admin', process.execPath, script],
      { listening: [80, 81] },
    );
    const laptop = network.host('laptop');
    const fetch = async (url: string) => (await laptop.run('curl', ['-sS', '--noproxy', '*', url])).stdout;
    // The first connection waits until the program is there that was started because of it.
    expect(await fetch(`http://${web.ipv4}/`)).toBe(`web for ::ffff:${laptop.ipv4}`);
    expect(await fetch(`http://[${web.ipv6}]/`)).toBe(`web for ${laptop.ipv6}`);
    expect(await fetch(`http://${web.ipv4}:81/`)).toBe(`admin for ${laptop.ipv4}`);
    await expectToStop(server);
  });

  it('starts a program for each connection, which is its standard input and output', async ({ network, skip }) => {
    for (const name of ['systemd-socket-activate', 'socat']) requireProgram(name, { skip });
    const server = await network
      .host('server')
      .spawn('systemd-socket-activate', ['-l', '7', '--accept', '--inetd', pathOf('cat')], { listening: 7 });
    for (const word of ['one', 'two']) {
      const { stdout } = await network.host('client').run('socat', ['-t', '10', '-', 'TCP:server:7'], { input: word });
      expect(stdout).toBe(word);
    }
    await expectToStop(server);
  });

  it('keeps listeners, names and all, over an exec that empties the environment', async ({ network, folder, skip }) => {
    for (const name of ['python3', 'curl']) requireProgram(name, { skip });
    const web = network.host('web');
    const wrapper = await folder.write('wrapper.py', WRAPPER);
    const script = await folder.write('activated.cjs', ACTIVATED);
    const server = await web.spawn('python3', [wrapper, process.execPath, script], { listening: [80, 81] });
    const laptop = network.host('laptop');
    const fetch = async (url: string) => (await laptop.run('curl', ['-sS', '--noproxy', '*', url])).stdout;
    expect(await fetch(`http://[${web.ipv6}]/`)).toBe(`web for ${laptop.ipv6}`);
    expect(await fetch(`http://${web.ipv4}:81/`)).toBe(`admin for ${laptop.ipv4}`);
    await expectToStop(server);
    expect((await laptop.run('curl', ['-sS', '--noproxy', '*', 'http://web/'], { reject: false })).exitCode).toBe(7);
  });
});
