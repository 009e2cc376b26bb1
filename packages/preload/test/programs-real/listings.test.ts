import { existsSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { ProgramHost } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';
import { it, lineOf } from './support/fixtures.js';

/** Debian's interpreter, which has Debian's modules. */
const PYTHON = '/usr/bin/python3';
const PSUTIL = '/usr/lib/python3/dist-packages/psutil/__init__.py';

/** Listens for TCP and UDP, connects to itself, and tells its ports and those of the connection. */
const SERVER = `
import socket, sys, threading
port = int(sys.argv[1])
listener = socket.create_server(('', port), backlog=7)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(('127.0.0.1', port + 1))
both = socket.create_server(('::', port + 2), family=socket.AF_INET6, dualstack_ipv6=True)
client = socket.create_connection(('127.0.0.1', port))
server, _ = listener.accept()
print('ready', client.getsockname()[1], flush=True)
threading.Event().wait()
`;
const CONNECTIONS = `
import json, psutil
print(json.dumps([[c.type.name, c.laddr.port, c.raddr.port if c.raddr else 0, c.status, c.pid]
                  for c in psutil.net_connections()]))
`;

/** Skips the test where Debian's interpreter is not installed. */
function requirePython(test: { skip: (note?: string) => void }): void {
  requireProgram('python3', test);
  if (!existsSync(PYTHON)) test.skip(`${PYTHON} is not there`);
}

/** The lines of a program's output that tell of a socket, with one space between columns. */
async function linesOf(host: ProgramHost, command: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await host.run(command, args);
  return stdout
    .split('\n')
    .filter((line) => /\d/.test(line))
    .map((line) => line.trim().replaceAll(/\s+/g, ' '));
}

async function serve(host: ProgramHost, port: number): Promise<{ pid: number; client: string; kill(): Promise<void> }> {
  const program = await host.spawn(PYTHON, ['-c', SERVER, String(port)]);
  const [, client = ''] = (await lineOf(program, /^ready/)).split(' ');
  return {
    pid: program.pid,
    client,
    kill: async () => {
      process.kill(program.pid, 'SIGKILL');
      await expect(program.exited).resolves.toMatchObject({ signal: 'SIGKILL' });
    },
  };
}

describe('the sockets of a host', () => {
  it('are what ss shows, with their processes, and no others', async ({ network, skip }) => {
    requirePython({ skip });
    requireProgram('ss', { skip });
    const [web, other] = [network.host('web'), network.host('other')];
    const { pid, client } = await serve(web, 80);
    await serve(other, 90);
    const users = (fd: number) => `users:(("python3",pid=${pid},fd=${fd}))`;
    expect(await linesOf(web, 'ss', ['-HtulpnO'])).toEqual([
      `udp UNCONN 0 0 127.0.0.1:81 0.0.0.0:* ${users(4)}`,
      `tcp LISTEN 0 7 0.0.0.0:80 0.0.0.0:* ${users(3)}`,
      `tcp LISTEN 0 128 *:82 *:* ${users(5)}`,
    ]);
    expect((await linesOf(web, 'ss', ['-HtanO'])).toSorted()).toEqual([
      `ESTAB 0 0 127.0.0.1:${client} 127.0.0.1:80`,
      `ESTAB 0 0 127.0.0.1:80 127.0.0.1:${client}`,
      'LISTEN 0 128 *:82 *:*',
      'LISTEN 0 7 0.0.0.0:80 0.0.0.0:*',
    ]);
    expect(await linesOf(web, 'ss', ['-Htln', 'sport = :80'])).toEqual(['LISTEN 0 7 0.0.0.0:80 0.0.0.0:*']);
    expect(await linesOf(web, 'ss', ['-Htn', 'dst', '127.0.0.1', 'dport', '=', ':80'])).toEqual([
      `ESTAB 0 0 127.0.0.1:${client} 127.0.0.1:80`,
    ]);
    expect((await web.run('ss', ['-Hxa'])).stdout).not.toContain(network.directory);
  });

  it('appear to a script that waits for a port', async ({ network, skip }) => {
    requirePython({ skip });
    requireProgram('ss', { skip });
    const web = network.host('web');
    const waiting = web.run('sh', ['-c', "until ss -tln | grep -q ':80 '; do :; done; echo there"]);
    await serve(web, 80);
    expect((await waiting).stdout).toBe('there');
  });

  it('are what netstat shows', async ({ network, skip }) => {
    requirePython({ skip });
    requireProgram('netstat', { skip });
    const [web, other] = [network.host('web'), network.host('other')];
    const { pid, client } = await serve(web, 80);
    await serve(other, 90);
    expect((await linesOf(web, 'netstat', ['-tuanp'])).toSorted()).toEqual([
      `tcp 0 0 0.0.0.0:80 0.0.0.0:* LISTEN ${pid}/python3`,
      `tcp 0 0 127.0.0.1:${client} 127.0.0.1:80 ESTABLISHED ${pid}/python3`,
      `tcp 0 0 127.0.0.1:80 127.0.0.1:${client} ESTABLISHED ${pid}/python3`,
      `tcp6 0 0 :::82 :::* LISTEN ${pid}/python3`,
      `udp 0 0 127.0.0.1:81 0.0.0.0:* ${pid}/python3`,
    ]);
  });

  it('are what lsof shows', async ({ network, skip }) => {
    requirePython({ skip });
    requireProgram('lsof', { skip });
    const [web, other] = [network.host('web'), network.host('other')];
    const { pid, client } = await serve(web, 80);
    await serve(other, 90);
    const found = (await linesOf(web, 'lsof', ['-nP', '-i'])).map((line) => line.split(' '));
    expect(found.map(([command, owner, , fd, type]) => [command, Number(owner), fd, type])).toEqual([
      ['python3', pid, '3u', 'IPv4'],
      ['python3', pid, '4u', 'IPv4'],
      ['python3', pid, '5u', 'IPv6'],
      ['python3', pid, '6u', 'IPv4'],
      ['python3', pid, '7u', 'IPv4'],
    ]);
    expect(found.map((columns) => columns.slice(7).join(' '))).toEqual([
      'TCP *:80 (LISTEN)',
      'UDP 127.0.0.1:81',
      'TCP *:82 (LISTEN)',
      `TCP 127.0.0.1:${client}->127.0.0.1:80 (ESTABLISHED)`,
      `TCP 127.0.0.1:80->127.0.0.1:${client} (ESTABLISHED)`,
    ]);
  });

  it('are what psutil of Python shows', async ({ network, skip }) => {
    requirePython({ skip });
    if (!existsSync(PSUTIL)) skip('python3-psutil is not installed');
    const [web, other] = [network.host('web'), network.host('other')];
    const { pid, client } = await serve(web, 80);
    await serve(other, 90);
    const found: unknown[][] = JSON.parse((await web.run(PYTHON, ['-c', CONNECTIONS])).stdout);
    const connection = Number(client);
    expect(found.toSorted((a, b) => Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]))).toEqual([
      ['SOCK_STREAM', 80, 0, 'LISTEN', pid],
      ['SOCK_STREAM', 80, connection, 'ESTABLISHED', pid],
      ['SOCK_DGRAM', 81, 0, 'NONE', pid],
      ['SOCK_STREAM', 82, 0, 'LISTEN', pid],
      ['SOCK_STREAM', connection, 80, 'ESTABLISHED', pid],
    ]);
  });

  it('are gone from the list when their process was killed', async ({ network, skip }) => {
    requirePython({ skip });
    requireProgram('ss', { skip });
    const web = network.host('web');
    const { kill } = await serve(web, 80);
    expect(await linesOf(web, 'ss', ['-Htan'])).toHaveLength(4);
    await kill();
    expect(await linesOf(web, 'ss', ['-Htan'])).toEqual([]);
  });

  it('between two hosts are shown on each from its own side', async ({ network, skip }) => {
    requirePython({ skip });
    requireProgram('ss', { skip });
    const [web, laptop] = [network.host('web'), network.host('laptop')];
    await serve(web, 80);
    const client = await laptop.spawn(PYTHON, [
      '-c',
      `import socket, sys
connection = socket.create_connection(('web', 80))
print('connected', connection.getsockname()[1], flush=True)
connection.recv(1)`,
    ]);
    const port = (await lineOf(client, /^connected/)).split(' ')[1];
    // Nobody has accepted it yet, so it has no process on the server's side.
    expect(await linesOf(laptop, 'ss', ['-HtanO'])).toEqual([`ESTAB 0 0 ${laptop.ipv4}:${port} ${web.ipv4}:80`]);
    const onServer = await linesOf(web, 'ss', ['-HtanpO']);
    expect(onServer).toContain(`ESTAB 0 0 ${web.ipv4}:80 ${laptop.ipv4}:${port}`);
    expect(onServer.find((line) => line.includes('0.0.0.0:80 '))).toMatch(/^LISTEN 1 7 /);
  });
});

describe('the interfaces and routes of a host', () => {
  it('are what ifconfig and route show', async ({ network, skip }) => {
    for (const name of ['ifconfig', 'route']) requireProgram(name, { skip });
    const web = network.host('web');
    const { stdout } = await web.run('ifconfig', ['-a']);
    expect(stdout.match(/^\w+/gm)).toEqual(['eth0', 'lo']);
    expect(stdout).toContain(`inet ${web.ipv4}  netmask 255.255.255.0  broadcast 10.53.57.255`);
    expect(stdout).toContain(`inet6 ${web.ipv6}  prefixlen 120`);
    expect((await linesOf(web, 'route', ['-n'])).slice(-1)).toEqual(['10.53.57.0 0.0.0.0 255.255.255.0 U 0 0 0 eth0']);
  });

  it('are what ip shows', async ({ network, skip }) => {
    requireProgram('ip', { skip });
    const [web, other] = [network.host('web'), network.host('other')];
    const ip = (...args: string[]) => linesOf(web, 'ip', args);
    expect(await ip('route')).toEqual([`10.53.57.0/24 dev eth0 proto kernel scope link src ${web.ipv4}`]);
    expect(await ip('-6', 'route')).toEqual(['fd00::5357:5f00/120 dev eth0 proto kernel metric 256 pref medium']);
    expect(await ip('-oneline', 'route', 'get', other.ipv4)).toEqual([
      expect.stringMatching(new RegExp(`^${other.ipv4} dev eth0 src ${web.ipv4} `)),
    ]);
    expect(await ip('-oneline', 'route', 'get', web.ipv4)).toEqual([expect.stringMatching(/^local .* dev lo /)]);
    expect(await ip('-oneline', 'route', 'get', other.ipv6)).toEqual([
      expect.stringMatching(new RegExp(`^${other.ipv6} .*dev eth0 .*src ${web.ipv6} `)),
    ]);
    expect(await ip('neighbour')).toEqual([]);
    const { exitCode, stderr } = await web.run('ip', ['route', 'get', '192.0.2.1'], { reject: false });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'RTNETLINK answers: Network is unreachable' });
  });

  it('have the broadcast address that follows from address and netmask, which reaches every host', async ({
    network,
  }) => {
    const [web, other] = [network.host('web'), network.host('other')];
    const receive = `
import socket
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(('', 67))
print('ready', flush=True)
print(receiver.recv(10).decode(), flush=True)`;
    const receivers = await Promise.all([web, other].map((host) => host.spawn('python3', ['-c', receive])));
    await Promise.all(receivers.map((receiver) => lineOf(receiver, /^ready/)));
    await web.run('python3', [
      '-c',
      `
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
sender.sendto(b'everybody', ('10.53.57.255', 67))`,
    ]);
    for (const receiver of receivers) expect(await lineOf(receiver, /^every/)).toBe('everybody');
  });
});
