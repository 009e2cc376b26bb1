import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import http2, { type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createNetwork } from '../../src/index.js';
import { inScope, warningsOf } from '../support/scopes.js';
import { echoServer, listening } from '../support/servers.js';

/** Runs functions outside of all scopes: a scope that they open is not inside of another one. */
const outside = AsyncLocalStorage.snapshot();

const CONNECTED = String.raw`a connection to 10\.53\.57\.10:\d+, opened at .*attach\/shared\.test\.ts:\d+:\d+.*`;
const WARNING = new RegExp(
  `^Test "test \\d+" uses ${CONNECTED}, which test "test \\d+" has made: what it sends goes to the network of that test\\. Give each of them a client of its own$`,
);

/** The end of the tick that warnings are emitted in. */
const emitted = () => new Promise((resolve) => setImmediate(resolve));

async function connected(): Promise<Socket> {
  const socket = connect(7, 'test');
  await once(socket, 'connect');
  return socket;
}

async function echo(socket: Socket): Promise<string> {
  socket.write('hello');
  return String((await once(socket, 'data'))[0]);
}

async function request(session: ClientHttp2Session): Promise<string> {
  const stream = session.request({ ':path': '/' });
  return String((await once(stream, 'data'))[0]);
}

describe('a test that uses a connection of another one', () => {
  it.each([
    ['a socket', connected, echo as (shared: never) => Promise<string>],
    ['a session of HTTP/2', async () => http2.connect('http://test:80'), request],
  ])('is warned of it, once: %s', async (_what, make, use) => {
    using warnings = warningsOf('SHARED_CONNECTION');
    await inScope(async () => {
      await using _echo = await echoServer(7);
      await using _server = await listening(
        http2.createServer((_request, response) => response.end('hello')),
        80,
      );
      const shared = (await make()) as never;
      await use(shared);
      await emitted();
      expect(warnings.messages).toEqual([]);

      await outside(() =>
        inScope(async () => {
          expect(await use(shared)).toBe('hello');
          await use(shared);
        }),
      );
      (shared as Socket).destroy();
    });
    await emitted();
    expect(warnings.messages).toEqual([expect.stringMatching(WARNING)]);
  });
});

describe('a test that is not warned', () => {
  it('uses what the scope around it has made, as tests of a suite do', async () => {
    using warnings = warningsOf('SHARED_CONNECTION');
    await inScope(async () => {
      await using _echo = await echoServer(7);
      const shared = await connected();
      await inScope(() => echo(shared));
      await inScope(async (own) => own.host('web').within(() => echo(shared)));
      shared.destroy();
    });
    await emitted();
    expect(warnings.messages).toEqual([]);
  });

  it('uses a network that belongs to no test', async () => {
    using warnings = warningsOf('SHARED_CONNECTION');
    await using network = createNetwork();
    const [shared, server] = await network.testHost.within(async () => {
      const echoes = await echoServer(7);
      return [await connected(), echoes];
    });
    await inScope(() => echo(shared));
    shared.destroy();
    await server[Symbol.asyncDispose]();
    await emitted();
    expect(warnings.messages).toEqual([]);
  });

  it('visits a host of the network that the connection is on', async () => {
    using warnings = warningsOf('SHARED_CONNECTION');
    await inScope(async (network) => {
      await using _echo = await echoServer(7);
      const shared = await connected();
      await outside(() => inScope(() => network.host('web').within(() => echo(shared))));
      shared.destroy();
    });
    await emitted();
    expect(warnings.messages).toEqual([]);
  });

  it('leaves it to code outside of tests to use its connection', async () => {
    using warnings = warningsOf('SHARED_CONNECTION');
    await inScope(async () => {
      await using _echo = await echoServer(7);
      const shared = await connected();
      expect(await outside(() => echo(shared))).toBe('hello');
      shared.destroy();
    });
    await emitted();
    expect(warnings.messages).toEqual([]);
  });
});
