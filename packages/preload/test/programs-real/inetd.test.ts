import { userInfo } from 'node:os';
import { describe, expect } from 'vitest';
import type { ProgramHost } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';
import { pathOf } from './support/paths.js';

const USER = userInfo().username;

/** What `address` says to `input`. */
async function say(client: ProgramHost, address: string, input: string): Promise<string> {
  return (await client.run('socat', ['-t', '10', '-', address], { input })).stdout;
}

describe('inetd', () => {
  it('starts a program for each connection, over both families', async ({ network, folder, skip }) => {
    for (const name of ['inetd', 'socat']) requireProgram(name, { skip });
    const config = await folder.write(
      'inetd.conf',
      `echo stream tcp nowait ${USER} ${pathOf('cat')} cat
echo stream tcp6 nowait ${USER} ${pathOf('cat')} cat
daytime stream tcp nowait ${USER} internal
`,
    );
    const host = network.host('server');
    const server = await host.spawn('inetd', ['-i', config], { listening: [7, 13] });
    const client = network.host('client');
    expect(await say(client, `TCP4:${host.ipv4}:7`, 'one')).toBe('one');
    expect(await say(client, `TCP6:[${host.ipv6}]:7`, 'two')).toBe('two');
    // inetd itself answers this one.
    expect(await say(client, `TCP4:${host.ipv4}:13`, '')).toContain(String(new Date().getFullYear()));
    await expectToStop(server);
  });

  it('hands over the socket itself where a program is to wait for datagrams', async ({ network, folder, skip }) => {
    for (const name of ['inetd', 'python3']) requireProgram(name, { skip });
    const answer = await folder.write(
      'answer.py',
      `import socket
s = socket.socket(fileno=0)
s.settimeout(0.2)
try:
    while True:
        data, peer = s.recvfrom(100)
        s.sendto(data.upper(), peer)
except TimeoutError:
    pass
`,
    );
    const config = await folder.write(
      'inetd.conf',
      `echo dgram udp wait ${USER} ${pathOf('python3')} python3 ${answer}\n`,
    );
    const server = await network
      .host('server')
      .spawn('inetd', ['-i', config], { listening: { port: 7, transport: 'udp' } });
    const ask = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
for word in (b'one', b'two'):
    s.sendto(word, ('server', 7))
    print(s.recv(100).decode())
`;
    // Twice: after its program has ended, inetd listens again.
    for (let n = 0; n < 2; n++)
      expect((await network.host('client').run('python3', ['-c', ask])).stdout).toBe('ONE\nTWO');
    await expectToStop(server);
  });
});

describe('tcpserver', () => {
  it('tells its program who is calling', async ({ network, skip }) => {
    for (const name of ['tcpserver', 'socat']) requireProgram(name, { skip });
    const host = network.host('server');
    const command = ['sh', '-c', 'echo $TCPREMOTEIP $TCPLOCALIP $TCPLOCALPORT; exec cat'];
    const server = await host.spawn('tcpserver', ['-H', '-R', '0', '79', ...command], { listening: 79 });
    const client = network.host('client');
    expect(await say(client, `TCP4:${host.ipv4}:79`, 'hello')).toBe(`${client.ipv4} ${host.ipv4} 79\nhello`);
    await expectToStop(server);
  });
});

describe('busybox', () => {
  it('serves a page with its httpd and fetches it with its wget', async ({ network, folder, skip }) => {
    requireProgram('busybox', { skip });
    await folder.write('index.html', 'hello\n');
    const web = network.host('web');
    const server = await web.spawn('busybox', ['httpd', '-f', '-p', '80', '-h', folder.path], { listening: 80 });
    const laptop = network.host('laptop');
    for (const host of ['web', web.ipv4, `[${web.ipv6}]`]) {
      expect((await laptop.run('busybox', ['wget', '-q', '-O-', `http://${host}/`])).stdout).toBe('hello');
    }
    await expectToStop(server);
  });
});
