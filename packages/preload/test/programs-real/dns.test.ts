import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it, lineOf } from './support/fixtures.js';

/** Debian's build changes to a user of its own, who has no way into the folders of tests. */
const DNSMASQ_USER = process.geteuid?.() === 0 ? ['--user=root', '--group=root'] : [];
const LISTENING = [53, { port: 53, transport: 'udp' }] as const;

describe('dnsmasq', () => {
  const RECORDS = [
    '--address=/app.test/10.53.57.99',
    '--address=/app.test/fd00::99',
    `--txt-record=long.test,${Array(40).fill('a string of some length').join(',')}`,
  ];
  const ARGUMENTS = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--log-queries',
    '--log-facility=-',
    '--pid-file=',
  ];

  it('answers dig over UDP and TCP, IPv4 and IPv6', async ({ network, skip }) => {
    for (const name of ['dnsmasq', 'dig']) requireProgram(name, { skip });
    const dns = network.host('dns');
    const server = await dns.spawn('dnsmasq', [...ARGUMENTS, ...DNSMASQ_USER, ...RECORDS], { listening: LISTENING });
    const laptop = network.host('laptop');
    const dig = async (...args: string[]) => (await laptop.run('dig', ['+tries=1', '+time=5', ...args])).stdout;
    for (const address of [dns.ipv4, dns.ipv6]) {
      for (const transport of ['+notcp', '+tcp']) {
        expect(await dig(`@${address}`, transport, '+short', 'app.test', 'A')).toBe('10.53.57.99');
        expect(await dig(`@${address}`, transport, '+short', 'app.test', 'AAAA')).toBe('fd00::99');
      }
    }
    const answer = await dig('@dns', 'www.app.test');
    expect(answer).toContain('status: NOERROR');
    expect(answer).toContain(`#53(dns) (UDP)`);
    expect(server.output()).toContain(`query[A] app.test from ${laptop.ipv4}`);
    expect(server.output()).toContain(`query[A] app.test from ${laptop.ipv6}`);
    await expectToStop(server);
  });

  it('has dig ask again over TCP for what is too long for a datagram', async ({ network, skip }) => {
    for (const name of ['dnsmasq', 'dig']) requireProgram(name, { skip });
    await network.host('dns').spawn('dnsmasq', [...ARGUMENTS, ...DNSMASQ_USER, ...RECORDS], { listening: LISTENING });
    const { stdout } = await network
      .host('laptop')
      .run('dig', ['@dns', '+tries=1', '+time=5', '+noedns', 'long.test', 'TXT']);
    expect(stdout).toContain(';; Truncated, retrying in TCP mode.');
    expect(stdout).toContain('(TCP)');
    expect(stdout.match(/"a string of some length"/g)).toHaveLength(40);
  });

  it('binds every address of the interface that it is told to serve', async ({ network, skip }) => {
    for (const name of ['dnsmasq', 'dig']) requireProgram(name, { skip });
    const dns = network.host('dns');
    const args = [
      ...ARGUMENTS,
      ...DNSMASQ_USER,
      ...RECORDS,
      '--bind-interfaces',
      '--interface=eth0',
      '--except-interface=lo',
    ];
    await dns.spawn('dnsmasq', args, { listening: LISTENING });
    const bound = () =>
      network.sockets().flatMap(({ transport, local }) => (transport === 'udp' ? [local.address] : []));
    await expect.poll(bound).toEqual([dns.ipv4, dns.ipv6]);
    const { stdout } = await network.host('laptop').run('dig', [`@${dns.ipv6}`, '+tries=1', '+short', 'app.test']);
    expect(stdout).toBe('10.53.57.99');
  });

  it('passes on what it does not know to the server of another host', async ({ network, skip }) => {
    for (const name of ['dnsmasq', 'dig']) requireProgram(name, { skip });
    const root = network.host('root');
    await root.spawn('dnsmasq', [...ARGUMENTS, ...DNSMASQ_USER, ...RECORDS], { listening: LISTENING });
    const cache = network.host('cache');
    const server = await cache.spawn('dnsmasq', [...ARGUMENTS, ...DNSMASQ_USER, `--server=${root.ipv4}`], {
      listening: LISTENING,
    });
    const { stdout } = await network.host('laptop').run('dig', [`@${cache.ipv4}`, '+tries=1', '+short', 'app.test']);
    expect(stdout).toBe('10.53.57.99');
    expect(await lineOf(server, /forwarded/)).toContain(`forwarded app.test to ${root.ipv4}`);
  });

  it('lets dig tell a closed port at once', async ({ network, skip }) => {
    requireProgram('dig', { skip });
    const { ipv4 } = network.host('dns');
    await network.host('dns').run('true');
    const ask = (transport: string) =>
      network.host('laptop').run('dig', [`@${ipv4}`, '+tries=1', '+time=15', transport, 'app.test'], { reject: false });
    expect((await ask('+notcp')).stdout).toMatch(/connection refused/);
    expect((await ask('+tcp')).stdout).toMatch(/connection refused/);
  });
});

describe('unbound', () => {
  it('serves local data from several threads, over UDP and TCP', async ({ network, folder, skip }) => {
    for (const name of ['unbound', 'dig']) requireProgram(name, { skip });
    const dns = network.host('dns');
    const config = await folder.write(
      'unbound.conf',
      `server:
  username: ""
  chroot: ""
  directory: "${folder.path}"
  pidfile: ""
  use-syslog: no
  log-queries: yes
  num-threads: 2
  so-reuseport: yes
  do-daemonize: no
  interface: 0.0.0.0
  interface: ::0
  interface-automatic: yes
  access-control: 10.53.57.0/24 allow
  access-control: fd00::/8 allow
  local-zone: "test." static
  local-data: "app.test. A 10.53.57.99"
remote-control:
  control-enable: no
`,
    );
    const server = await dns.spawn('unbound', ['-d', '-c', config], { listening: LISTENING });
    const laptop = network.host('laptop');
    for (const address of [dns.ipv4, dns.ipv6]) {
      for (const transport of ['+notcp', '+tcp']) {
        const args = [`@${address}`, '+tries=1', '+time=5', '+short', transport, 'app.test'];
        expect((await laptop.run('dig', args)).stdout).toBe('10.53.57.99');
      }
    }
    expect(await lineOf(server, new RegExp(`info: ${laptop.ipv6} app.test`))).toContain('A IN');
    await expectToStop(server);
  });
});
