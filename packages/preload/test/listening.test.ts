import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createNetwork, type ProgramHost, type SpawnOptions } from '../src/index.js';
import { isAlive } from './support/programs.js';
import { inScope } from './support/scopes.js';
import { httpServer } from './support/servers.js';

const SERVER = fileURLToPath(new URL('programs/server.mjs', import.meta.url));

/** Starts the test server with the places it listens on. */
const serve = (host: ProgramHost, places: string[], options: SpawnOptions) =>
  host.spawn(process.execPath, [SERVER, ...places], options);

describe('host.spawn with listening', () => {
  it('resolves when the program listens on the port', async () => {
    await using network = createNetwork();
    const server = await serve(network.host('web'), ['tcp:80'], { listening: 80 });
    expect(network.sockets()).toContainEqual(
      expect.objectContaining({
        transport: 'tcp',
        host: 'web',
        state: 'listening',
        spawn: server.spawn,
        local: expect.objectContaining({ port: 80 }),
      }),
    );
  });

  it('waits for all of several ports, of both transports', async () => {
    await using network = createNetwork();
    const server = await serve(network.host('dns'), ['tcp:53', 'udp:53', 'tcp:853'], {
      listening: [53, { port: 53, transport: 'udp' }, { port: 853, transport: 'tcp' }],
    });
    const places = network.sockets().filter(({ spawn }) => spawn === server.spawn);
    expect(places.map(({ transport, local }) => `${transport}:${local.port}`).sort()).toEqual([
      'tcp:53',
      'tcp:853',
      'udp:53',
    ]);
  });

  it('is content with a process that the program started', async () => {
    await using network = createNetwork();
    const command = `"${process.execPath}" "${SERVER}" tcp:80 & wait`;
    const server = await network.host('web').spawn('sh', ['-c', command], { listening: 80 });
    const [socket] = network.sockets().filter(({ state }) => state === 'listening');
    expect(socket?.pid).not.toBe(server.pid);
  });

  it('is content with a daemon whose starter has ended, and ends it as well', async () => {
    await using network = createNetwork();
    const command = `setsid "${process.execPath}" "${SERVER}" tcp:80 >/dev/null 2>&1 &`;
    const server = await network.host('web').spawn('sh', ['-c', command], { listening: 80 });
    expect(await server.exited).toEqual({ exitCode: 0, signal: undefined });
    const [daemon] = network.sockets().filter(({ state }) => state === 'listening');
    expect(isAlive(daemon?.pid ?? 0)).toBe(true);
    await server.stop();
    expect(isAlive(daemon?.pid ?? 0)).toBe(false);
  });

  it('does not take the port of another program for its own', async () => {
    await using network = createNetwork();
    await serve(network.host('other'), ['tcp:80'], { listening: 80 });
    const idle = network.host('web').spawn('sleep', ['1000'], { listening: 80, timeoutMs: 200 });
    await expect(idle).rejects.toMatchObject({
      code: 'LISTEN_TIMEOUT',
      message: 'sleep 1000 on host web does not listen on TCP port 80 after 200 ms, and on no other port',
    });
  });

  it('says where the program listens instead, with its last words, and ends it', async () => {
    await using network = createNetwork();
    const server = serve(network.host('web'), ['tcp:8080', 'udp:53'], { listening: [80, 8080], timeoutMs: 3000 });
    const { pid } = server;
    const error = await server.then(
      () => expect.unreachable(),
      (reason: unknown) => reason as Error,
    );
    expect(error).toMatchObject({ code: 'LISTENS_ELSEWHERE', host: 'web' });
    expect(error.message).toMatch(
      /server\.mjs tcp:8080 udp:53 on host web does not listen on TCP port 80 after 3000 ms, but on (TCP 8080 \(::\), UDP 53 \(0\.0\.0\.0\)|UDP 53 \(0\.0\.0\.0\), TCP 8080 \(::\))\. Its last output:\n {2}listening on /,
    );
    expect(isAlive(pid)).toBe(false);
  });

  it('says so too to a test that gives up, and names only the ports that are missing', async () => {
    await using network = createNetwork();
    const controller = new AbortController();
    const { signal } = controller;
    const options = { listening: [80, 8080, 8443], signal };
    const server = serve(network.host('web'), ['tcp:8080', 'tcp:8081'], options);
    const isReady = () => {
      const ports = network.sockets().flatMap(({ state, local }) => (state === 'listening' ? [local.port] : []));
      if (ports.length === 2) controller.abort(new Error('enough'));
    };
    const stop = network.watch(isReady);
    isReady();
    await expect(server).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringContaining(
        'on host web was not listening on TCP port 80, TCP port 8443 yet, but on TCP 8080 (::), TCP 8081 (::)',
      ),
    });
    stop();
  });

  it('does not take a UDP socket for a TCP one', async () => {
    await using network = createNetwork();
    const server = serve(network.host('web'), ['udp:80'], { listening: 80, timeoutMs: 3000 });
    await expect(server).rejects.toThrow('does not listen on TCP port 80 after 3000 ms, but on UDP 80 (0.0.0.0)');
  });

  it('rejects at once, not after the time limit, when the port is taken', async () => {
    await using network = createNetwork();
    const web = network.host('web');
    await serve(web, ['tcp:80'], { listening: 80 });
    const second = serve(web, ['tcp:80', 'tcp:81'], { listening: 80, timeoutMs: 60_000 });
    await expect(second).rejects.toMatchObject({
      code: 'EXITED_EARLY',
      message: expect.stringMatching(
        /exited with code 1 before it listened on TCP port 80, which node \(process \d+\) has taken: Error: .*EADDRINUSE.*80\. Its last output:\n/,
      ),
    });
  });

  it('names the test itself when that has taken the port', async () => {
    await inScope(async (network) => {
      await using _server = await httpServer(80, () => {});
      const second = serve(network.testHost, ['tcp:80'], { listening: 80, timeoutMs: 60_000 });
      await expect(second).rejects.toThrow(
        'before it listened on TCP port 80, which the test itself has taken: Error: ',
      );
    });
  });
});
