import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createNetwork, openScope, type ProgramNetwork, type TestScope } from '../../src/index.js';
import { httpServer } from '../support/servers.js';

const run = promisify(execFile);

/** Runs `body` in a scope whose network nobody has asked for. */
async function untouched<T>(body: (scope: TestScope<ProgramNetwork>) => T, parent?: string): Promise<Awaited<T>> {
  const identity = { file: import.meta.filename, fullName: 'untouched', attempt: 0 };
  const scope = openScope(identity, { capture: 'off', ...(parent === undefined ? {} : { parent }) });
  try {
    return await scope.run(() => body(scope));
  } finally {
    await scope.end('passed');
  }
}

describe('a test that has not asked for its network', () => {
  it('listens and fetches there', async () => {
    await untouched(async (scope) => {
      await using server = await httpServer(80, ({ socket }, response) => response.end(socket.remoteAddress));
      expect(server.address()).toMatchObject({ port: 80 });
      expect(await (await fetch('http://test/')).text()).toBe('::ffff:10.53.57.10');
      expect(scope.network.sockets()).toContainEqual(expect.objectContaining({ host: 'test', state: 'listening' }));
    });
  });

  it.each([
    ['looks up names', async () => expect(await dns.lookup('test')).toEqual({ address: '10.53.57.10', family: 4 })],
    ['finds no name of another network', () => expect(dns.lookup('nobody.invalid')).rejects.toThrow('ENOTFOUND')],
    ['asks for records', async () => expect(await dns.resolve4('test')).toEqual(['10.53.57.10'])],
    [
      'connects to nobody outside',
      async () => {
        const [error] = await once(connect(9, '192.0.2.1'), 'error');
        expect(error).toMatchObject({ code: 'ENETUNREACH' });
      },
    ],
    [
      'sends datagrams',
      async () => {
        const socket = createSocket('udp4').bind(53);
        await once(socket, 'listening');
        socket.close();
      },
    ],
    ['is called by its name there', async () => expect(hostname()).toBe('test')],
    ['starts programs', async () => expect((await run('env')).stdout).toMatch(/^SOCKET_WRAPPER_DIR=/m)],
    [
      'starts worker threads',
      async () => {
        const worker = new Worker(
          `require('node:net').createServer().listen(80, function () {
             require('node:worker_threads').parentPort.postMessage(this.address().port);
             this.close();
           })`,
          { eval: true },
        );
        expect(await once(worker, 'message')).toEqual([80]);
        await worker.terminate();
      },
    ],
  ])('%s', async (_what, use) => {
    await untouched(async (scope) => {
      expect(scope.hasNetwork).toBe(false);
      await use();
      expect(scope.hasNetwork).toBe(true);
    });
  });

  it('has none made by sockets that belong to no network', async () => {
    await untouched(async (scope) => {
      const server = createServer((socket) => socket.end()).listen(`\0socket-wrapper-${process.pid}`);
      await once(server, 'listening');
      const client = connect(`\0socket-wrapper-${process.pid}`).resume();
      await once(client, 'close');
      server.close();
      expect(scope.hasNetwork).toBe(false);
    });
  });

  it('is told so when it outlives its end, as any other', async () => {
    const scope = openScope({ file: import.meta.filename, fullName: 'over', attempt: 0 }, { capture: 'off' });
    let later = () => Promise.resolve<unknown>(undefined);
    scope.run(() => {
      later = () => fetch('http://127.0.0.1/').catch(({ cause }) => cause);
    });
    await scope.end('passed');
    expect(await scope.run(() => later())).toMatchObject({
      code: 'SCOPE_ENDED',
      message: expect.stringMatching(/^Test "over" has ended, and its network with it: /),
    });
    expect(scope.hasNetwork).toBe(false);
  });

  it('gets no socket at all when its network cannot be made', async () => {
    const reason = expect.stringMatching(/^Cannot make a network directory in \/proc: /);
    const warned = once(process, 'warning');
    const bound = untouched(() => once(createSocket('udp4').bind(0), 'listening'), '/proc');
    await expect(bound).rejects.toMatchObject({ code: 'ENETDOWN' });
    expect((await warned)[0]).toMatchObject({ name: 'SocketWrapperWarning', message: reason });
    const connected = untouched(() => once(connect(80, '127.0.0.1'), 'connect'), '/proc');
    await expect(connected).rejects.toMatchObject({ code: 'DIRECTORY_FAILED', message: reason });
  });

  it('is on the network of a host that it visits, without one of its own', async () => {
    await using network = createNetwork();
    await untouched(async (scope) => {
      await network.host('web').within(async () => {
        await using server = await httpServer(80, (_request, response) => response.end('visited'));
        expect(server.listening).toBe(true);
        expect(await (await fetch('http://web/')).text()).toBe('visited');
      });
      expect(scope.hasNetwork).toBe(false);
    });
  });
});

describe('a scope that is entered', () => {
  it('is that of the code which a free frame was kept for', async () => {
    const { reserveScope } = await import('@socket-wrapper/core');
    const scope = openScope({ file: import.meta.filename, fullName: 'entered', attempt: 0 }, { capture: 'off' });
    const answer = await reserveScope(async () => {
      expect(hostname()).not.toBe('test');
      // As a fixture does, in a context of its own.
      await Promise.resolve().then(() => scope.enter());
      await using _server = await httpServer(80, (_request, response) => response.end(hostname()));
      return (await fetch('http://test/')).text();
    });
    expect(answer).toBe('test');
    expect(hostname()).not.toBe('test');
    await scope.end('passed');
  });
});
