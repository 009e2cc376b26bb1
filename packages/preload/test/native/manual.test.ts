/**
 * What the manual shows a person doing in two shells, done here: environment variables, nc, nginx, curl and tshark.
 */
import { existsSync } from 'node:fs';
import { chmod, chown, copyFile, readdir, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { TALK } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { inDirectory, type Program, Session } from './support/session.js';

/** Both implementations of nc in Debian, which spell the same things differently. */
const NETCATS = [
  {
    nc: 'nc.openbsd',
    serve: (ip: string, port: string) => ['-v', '-n', '-l', ip, port],
    listening: /Listening on/,
    accepted: /Connection received on (\S+)/,
    ask: (ip: string, port: string) => ['-v', '-n', '-N', ip, port],
  },
  {
    nc: 'nc.traditional',
    serve: (ip: string, port: string) => ['-v', '-n', '-l', '-s', ip, '-p', port],
    listening: /listening on/,
    accepted: /connect to .* from .*\[(\S+)\]/,
    ask: (ip: string, port: string) => ['-v', '-n', '-q', '0', ip, port],
  },
];

describe.each(NETCATS)('$nc', ({ nc, serve, listening, accepted, ask }) => {
  it('says Hello! from interface 100 to a server on interface 10', async (context) => {
    requireProgram(nc, context);
    await using session = await Session.open();
    const server = session.start(nc, serve('127.0.0.10', '7'), { variables: { DEFAULT_IFACE: '10' } });
    await server.prints(listening);
    expect(await readdir(session.directory)).toContain('T0A0007');

    const client = session.start(nc, ask('127.0.0.10', '7'), { variables: { DEFAULT_IFACE: '100' } });
    client.write('Hello!\n');
    await server.prints(/Hello!/);
    expect(accepted.exec(server.output)?.[1]).toBe('127.0.0.100');
    expect(await readdir(session.directory)).toContainEqual(expect.stringMatching(/^T64[0-9A-F]{4}$/));
    client.endInput();
    await client.end();
  });

  it('finds a server that listens on all addresses of interface 10', async (context) => {
    requireProgram(nc, context);
    await using session = await Session.open();
    const server = session.start(nc, serve('0.0.0.0', '7'), { variables: { DEFAULT_IFACE: '10' } });
    await server.prints(listening);

    const client = session.start(nc, ask('127.0.0.10', '7'), { variables: { DEFAULT_IFACE: '100' } });
    client.write('Hello!\n');
    await server.prints(/Hello!/);
    client.endInput();
    await client.end();
  });
});

/** Starts the server of an exchange and waits until it can be asked. */
async function serving(server: Program): Promise<Program> {
  await server.prints(/^ready$/m);
  return server;
}

describe('an exchange', () => {
  beforeEach((context) => requireProgram('cc', context));

  const HOSTS_127 = { server: { DEFAULT_IFACE: '10' }, client: { DEFAULT_IFACE: '40' } };
  const network = { IPV4_NETWORK: '10.53.57.0' };
  const HOSTS_10 = { server: { ...HOSTS_127.server, ...network }, client: { ...HOSTS_127.client, ...network } };

  it.each([
    { transport: 'tcp', ip: '127.0.0.10', client: '127.0.0.40', variables: HOSTS_127, file: 'T0A0007' },
    { transport: 'udp', ip: '127.0.0.10', client: '127.0.0.40', variables: HOSTS_127, file: 'U0A0007' },
    { transport: 'tcp', ip: '10.53.57.10', client: '10.53.57.40', variables: HOSTS_10, file: 'T0A0007' },
    { transport: 'udp', ip: '10.53.57.10', client: '10.53.57.40', variables: HOSTS_10, file: 'U0A0007' },
    { transport: 'tcp', ip: 'fd00::5357:5f0a', client: 'fd00::5357:5f28', variables: HOSTS_127, file: 'X0A0007' },
    { transport: 'udp', ip: 'fd00::5357:5f0a', client: 'fd00::5357:5f28', variables: HOSTS_10, file: 'Y0A0007' },
  ])('over $transport goes from $client to $ip', async ({ transport, ip, client, variables, file }) => {
    await using session = await Session.open();
    const server = await serving(session.start(TALK, ['serve', transport, ip, '7'], { variables: variables.server }));
    expect(await readdir(session.directory)).toContain(file);
    const asker = session.start(TALK, ['ask', transport, ip, '7', 'Hello!'], { variables: variables.client });
    expect(await asker.end()).toBe(`echo: Hello!\nfrom ${ip}\n`);
    expect(await server.end()).toBe(`ready\nfrom ${client}\n`);
  });
});

describe("Samba's socket_wrapper", () => {
  const SAMBAS = '/usr/lib/x86_64-linux-gnu/libsocket_wrapper.so';
  beforeEach((context) => {
    requireProgram('cc', context);
    if (!process.env.CI) context.skip(!existsSync(SAMBAS), 'libsocket-wrapper is not installed');
  });
  const cases = ['tcp', 'udp'].flatMap((transport) =>
    [
      { ip: '127.0.0.10', all: '0.0.0.0', client: '127.0.0.40' },
      { ip: 'fd00::5357:5f0a', all: '::', client: 'fd00::5357:5f28' },
    ].map((addresses) => ({ transport, ...addresses })),
  );

  it.each(cases)('serves our client over $transport at $ip', async ({ transport, ip, client }) => {
    await using session = await Session.open();
    const args = ['serve', transport, ip, '7'];
    const server = await serving(session.start(TALK, args, { variables: { DEFAULT_IFACE: '10' }, library: SAMBAS }));
    const asker = session.start(TALK, ['ask', transport, ip, '7', 'Hello!'], { variables: { DEFAULT_IFACE: '40' } });
    expect(await asker.end()).toBe(`echo: Hello!\nfrom ${ip}\n`);
    expect(await server.end()).toBe(`ready\nfrom ${client}\n`);
  });

  const servers = cases.flatMap((served) => [
    { ...served, on: served.ip },
    { ...served, on: served.all },
  ]);
  it.each(servers)('is served by us over $transport at $ip, on $on', async ({ transport, ip, on, client }) => {
    await using session = await Session.open();
    const args = ['serve', transport, on, '7'];
    const server = await serving(session.start(TALK, args, { variables: { DEFAULT_IFACE: '10' } }));
    const asker = session.start(TALK, ['ask', transport, ip, '7', 'Hello!'], {
      variables: { DEFAULT_IFACE: '40' },
      library: SAMBAS,
    });
    expect(await asker.end()).toBe(`echo: Hello!\nfrom ${ip}\n`);
    expect(await server.end()).toBe(`ready\nfrom ${client}\n`);
  });
});

describe('a user who may not read the library', () => {
  it('cannot start programs, which would be on the real network', async (context) => {
    requireProgram('runuser', context);
    if (process.geteuid?.() !== 0) context.skip('only root can become somebody else');
    await using session = await Session.open();
    await using folder = await Session.open();
    await chmod(folder.directory, 0o700);
    const library = inDirectory(folder, 'libsocket_wrapper.so');
    await copyFile(LIBRARY, library);
    const program = session.start('runuser', ['-u', 'nobody', '--', 'true'], { library });
    const output = await program.end();
    expect(output).toMatch(
      /may not read '.*libsocket_wrapper\.so': programs that it starts would be on the real network/,
    );
    expect(output).toContain('runuser: failed to execute true: Permission denied');
  });
});

describe('nginx', () => {
  const NOBODY = 65534;

  /** `user` is left as Debian has it. */
  const configuration = (directory: string) => `
    user www-data;
    daemon off;
    worker_processes 1;
    pid ${directory}/nginx.pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${directory}/${kind};`).join('\n')}
      server { listen 80; root ${directory}/pages; autoindex on; }
    }`;

  it('serves port 80 as an ordinary user, and tshark reads what was said', { timeout: 60_000 }, async (context) => {
    for (const program of ['nginx', 'curl', 'tshark', 'file', 'lsof']) requireProgram(program, context);
    await using session = await Session.open();
    await using folder = await Session.open();
    await execa('mkdir', [inDirectory(folder, 'pages')]);
    await writeFile(inDirectory(folder, 'pages/a page'), 'Hello');
    await writeFile(inDirectory(folder, 'nginx.conf'), configuration(folder.directory));

    const user = process.getuid?.() === 0 ? NOBODY : undefined;
    if (user !== undefined) {
      await chown(session.directory, user, user);
      await chown(folder.directory, user, user);
    }
    const nginx = session.start('nginx', ['-c', inDirectory(folder, 'nginx.conf'), '-p', folder.directory], {
      variables: { DEFAULT_IFACE: '10' },
      ...(user === undefined ? {} : { user }),
    });
    await nginx.prints(/start worker process \d+/);

    const pcap = inDirectory(folder, 'nginx.pcap');
    const client = session.start('curl', ['-s', '-S', 'http://127.0.0.10/'], {
      variables: { DEFAULT_IFACE: '100', PCAP_FILE: pcap },
    });
    expect(await client.end()).toContain('a page');

    const fields = ['tcp.flags.str', 'http.request.method', 'http.response.code'].flatMap((field) => ['-e', field]);
    const { stdout } = await execa('tshark', ['-r', pcap, '-T', 'fields', '-E', 'separator=;', ...fields]);
    const packets = stdout.split('\n').map((line) => line.replaceAll('·', ''));
    const at = (packet: RegExp) => packets.findIndex((line) => packet.test(line));
    const story = [/^S;/, /^AS;/, /;GET;/, /;200$/, /F;/];
    expect(packets[at(/^S;/)]).toBe('S;;');
    expect(story.map(at)).toEqual(story.map(at).toSorted((a, b) => a - b));
    expect(story.map(at)).not.toContain(-1);

    const socketFile = inDirectory(session, 'T0A0050');
    expect((await execa('file', [socketFile])).stdout).toBe(`${socketFile}: socket`);
    expect((await execa('lsof', ['-w', '-a', '-U', '-p', `${nginx.pid}`])).stdout).toContain(socketFile);
  });
});
