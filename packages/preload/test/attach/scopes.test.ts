import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import inspector from 'node:inspector';
import { connect, createServer, type Socket } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { attachment } from '../../src/attach/attachment.js';
import { createNetwork, LeakError, openScope, withNetwork } from '../../src/index.js';
import { inScope, leftOpen } from '../support/scopes.js';
import { httpServer, listening } from '../support/servers.js';

const fetchText = async (url: string) => (await fetch(url)).text();
const httpGet = async (url: string, agent?: http.Agent) => {
  const request = http.get(url, agent === undefined ? {} : { agent });
  const [response] = await once(request, 'response');
  return text(response);
};

/** Something that several tests wait for each other at. */
function meeting(count: number): () => Promise<void> {
  let missing = count;
  let open = () => {};
  const complete = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    if (--missing === 0) open();
    return complete;
  };
}

async function strictScope(body: () => Promise<void>): Promise<void> {
  const scope = openScope(
    { file: import.meta.filename, fullName: 'strict', attempt: 0 },
    { leaks: 'error', capture: 'off' },
  );
  await scope.run(() => scope.network && body());
  await scope.end('passed');
}

describe('scopes in one process', () => {
  it('serve port 80 at the same time, each its own clients', async () => {
    const allListen = meeting(2);
    const answers = await Promise.all(
      ['one', 'two'].map((name) =>
        inScope(async () => {
          await using _server = await httpServer(80, (_request, response) => response.end(name));
          await allListen();
          const agent = http.globalAgent;
          return [
            await fetchText('http://test/'),
            await httpGet('http://test/', agent),
            await fetchText('http://test/'),
          ];
        }),
      ),
    );
    expect(answers).toEqual([
      ['one', 'one', 'one'],
      ['two', 'two', 'two'],
    ]);
  });

  it('share no connection that is kept alive, even in an agent that lives longer than they do', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const connections: number[] = [];
    for (const name of ['one', 'two']) {
      await inScope(async () => {
        let count = 0;
        await using server = await httpServer(80, (_request, response) => response.end(name));
        server.on('connection', () => count++);
        for (let i = 0; i < 3; i++) expect(await httpGet('http://test/', agent)).toBe(name);
        for (let i = 0; i < 3; i++) expect(await fetchText('http://test/')).toBe(name);
        connections.push(count);
      });
    }
    // At least one of the agent and one of fetch() in the second scope too.
    expect(connections[1]).toBeGreaterThanOrEqual(2);
    agent.destroy();
  });

  it('leave an agent that lives longer as it was: no connection in its pools, and none counted', async () => {
    const agent = new http.Agent({ keepAlive: true, maxTotalSockets: 1 });
    const pools: string[][] = [];
    for (const name of ['one', 'two', 'three']) {
      await inScope(async () => {
        await using _server = await httpServer(80, (_request, response) => response.end(name));
        expect(await httpGet('http://test/', agent)).toBe(name);
        pools.push([...Object.keys(agent.sockets), ...Object.keys(agent.freeSockets)]);
      });
      // Node.js documents it, its types do not.
      await expect.poll(() => (agent as http.Agent & { totalSocketCount: number }).totalSocketCount).toBe(0);
    }
    agent.destroy();
    // Where it is used first, its pools have the names that Node.js gives them.
    const ofOthers = expect.stringMatching(/^test:80::network \d+ host 10$/);
    expect(pools).toEqual([['test:80:'], [ofOthers], [ofOthers]]);
  });

  it('keep their network in timers, promises and events that they start', async () => {
    await inScope(async () => {
      await using _server = await httpServer(80, (_request, response) => response.end('mine'));
      const timer = new Promise((resolve) => setTimeout(() => resolve(fetchText('http://test/')), 1));
      const immediate = new Promise((resolve) => setImmediate(() => resolve(fetchText('http://test/'))));
      const tick = new Promise((resolve) => process.nextTick(() => resolve(fetchText('http://test/'))));
      expect(await Promise.all([timer, immediate, tick])).toEqual(['mine', 'mine', 'mine']);
    });
  });

  it('run the handlers of a server where it was made, whoever calls', async () => {
    await inScope(async (network) => {
      const web = network.host('web');
      await using _server = await web.within(() =>
        httpServer(80, (_request, response) => {
          response.end(hostname());
        }),
      );
      expect(await fetchText('http://web/')).toBe('web');
      expect(await network.host('laptop').within(() => fetchText('http://web/'))).toBe('web');
      expect(hostname()).toBe('test');
    });
  });

  it('run what happens on a connection where its server was made, too', async () => {
    await inScope(async (network) => {
      const web = network.host('web');
      const places = new Map<string, string>();
      const greet = (event: string, socket: Socket) => {
        places.set(event, hostname());
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.once('data', () => places.set(`data after ${event}`, hostname()));
        socket.once('end', () => socket.end());
      };
      await using _echo = await web.within(() =>
        listening(
          createServer((socket) => greet('connection', socket)),
          7,
        ),
      );
      await using server = await web.within(() => httpServer(80, () => {}));
      for (const event of ['upgrade', 'connect']) {
        server.on(event, (_request, socket: Socket) => greet(event, socket));
      }
      const call = async (port: number, ...head: string[]) => {
        const socket = connect(port, web.ipv4);
        if (head.length > 0) socket.write([...head, 'Host: web', '', ''].join('\r\n'));
        await once(socket, 'data');
        socket.end('hello');
        await once(socket.resume(), 'close');
      };
      await call(7);
      await call(80, 'GET / HTTP/1.1', 'Connection: upgrade', 'Upgrade: x');
      await call(80, 'CONNECT web:1 HTTP/1.1');
      const events = ['connection', 'upgrade', 'connect'].flatMap((event) => [event, `data after ${event}`]);
      expect([...places]).toEqual(events.map((event) => [event, 'web']));
    });
  });

  it('tell code that outlives them so, by name, address and port alike', async () => {
    let outlive: (work: () => Promise<unknown>) => Promise<unknown> = async () => {};
    await inScope((_network, scope) => {
      outlive = (work) => scope.run(work);
    });
    const ended = {
      name: 'ScopeError',
      code: 'SCOPE_ENDED',
      message: expect.stringMatching(/^Test "test \d+" has ended, and its network with it: /),
    };
    const causeOf = (promise: Promise<unknown>) => promise.catch(({ cause }) => cause);
    expect(await outlive(() => causeOf(fetch('http://test/')))).toMatchObject(ended);
    expect(await outlive(() => once(connect(80, '10.53.57.10'), 'connect').catch((error) => error))).toMatchObject(
      ended,
    );
    expect(await outlive(() => httpGet('http://10.53.57.10/').catch((error) => error))).toMatchObject(ended);
    expect(await outlive(() => httpServer(80, () => {}).catch((error) => error))).toMatchObject(ended);
  });

  it('make no network for the scope around them when a connection of theirs closes after their end', async () => {
    const identity = { file: import.meta.filename, fullName: 'around', attempt: 0 };
    const around = openScope(identity, { capture: 'off' });
    await around.run(() =>
      inScope(async () => {
        await using _server = await httpServer(80, (_request, response) => response.end('hello'));
        const agent = new http.Agent({ keepAlive: true });
        await httpGet('http://test/', agent);
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(around.hasNetwork).toBe(false);
    await around.end('passed');
  });

  it('are warned about what they leave open, with the line that opened it, and it is closed', async () => {
    using warnings = leftOpen();
    const closed: Promise<unknown>[] = [];
    await inScope(async () => {
      const server = createServer().listen(80);
      await once(server, 'listening');
      const client = connect(80, '10.53.57.10');
      await once(client, 'connect');
      closed.push(once(server, 'close'), once(client, 'close'));
    });
    await Promise.all(closed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.messages).toEqual([
      expect.stringMatching(
        /^Test "test \d+" has left 2 sockets open, which its end has closed: a server on \[::\]:80, opened at .*attach\/scopes\.test\.ts:\d+:\d+.*; a connection to 10\.53\.57\.10:80, opened at .*attach\/scopes\.test\.ts/,
      ),
    ]);
  });

  it.each([
    ['openScope', (body: () => Promise<void>) => strictScope(body)],
    ['withNetwork', (body: () => Promise<void>) => withNetwork(body, { leaks: 'error', capture: 'off' })()],
  ])('fail, with leaks: error, a test of %s that leaves a socket open', async (_name, start) => {
    using warnings = leftOpen();
    const failure = await start(async () => {
      await once(createServer().listen(80), 'listening');
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LeakError);
    expect(failure).toMatchObject({
      code: 'LEFT_OPEN',
      sockets: [expect.stringMatching(/^a server on \[::\]:80, opened at .*attach\/scopes\.test\.ts:\d+/)],
    });
    await start(async () => {
      await using _server = await httpServer(80, () => {});
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.messages).toEqual([]);
  });

  it('are not warned about a connection that is closed as soon as its server has read the goodbye', async () => {
    using warnings = leftOpen();
    await inScope(async () => {
      const server = createServer((socket) => socket.once('data', () => socket.end())).listen(80);
      await once(server, 'listening');
      const client = connect(80, '10.53.57.10');
      await once(client, 'connect');
      client.write('goodbye');
      server.close();
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.messages).toEqual([]);
  });

  it('leave the inspector that they open to debuggers outside', async () => {
    await inScope(() => inspector.open(0, '127.0.0.1'));
    const { host } = new URL(inspector.url() ?? '');
    const answer = (await (await fetch(`http://${host}/json/version`)).json()) as Record<string, unknown>;
    inspector.close();
    expect(answer.Browser).toBe(`node.js/${process.version}`);
  });

  it('do not touch what runs outside of them', async () => {
    const outside = hostname();
    await inScope(async () => {
      expect(hostname()).toBe('test');
    });
    expect(hostname()).toBe(outside);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    expect(client.remoteAddress).toBe('127.0.0.1');
    client.destroy();
    server.close();
  });

  it('can be 1000, 200 at a time, and leave nothing behind', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    await inScope(() => fetchText('http://test/').catch(() => {}));
    const before = { files: openFiles(), networks: attachment().addon.networks() };
    const answers = new Set<boolean>();
    let next = 0;
    const runMany = async () => {
      while (next < 1000) {
        const name = `scope ${next++}`;
        await inScope(async () => {
          await using _server = await httpServer(80, (_request, response) => response.end(name));
          answers.add((await fetchText('http://test/')) === name);
        });
      }
    };
    await Promise.all(Array.from({ length: 200 }, runMany));
    expect([...answers]).toEqual([true]);
    // The last network goes with the next one.
    await inScope(() => fetchText('http://test/').catch(() => {}));
    expect(attachment().addon.networks()).toBeLessThanOrEqual(before.networks);
    expect(openFiles()).toBeLessThanOrEqual(before.files);
  }, 60_000);
});

describe('host.within', () => {
  it('shows the host its own name, addresses and sockets', async () => {
    await inScope(async (network) => {
      const web = network.host('web');
      await web.within(async () => {
        expect(hostname()).toBe('web');
        const addresses = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address));
        expect(addresses).toEqual(['127.0.0.1', '::1', web.ipv4, web.ipv6]);
        await using server = await httpServer(80, (request, response) => response.end(request.socket.remoteAddress));
        expect(await fetchText('http://localhost/')).toMatch(/127\.0\.0\.1|::1/);
        expect(server.listening).toBe(true);
        expect(network.sockets()[0]).toMatchObject({ host: 'web', local: { port: 80 } });
      });
    });
  });

  it('works without a scope, on a network that the caller made', async () => {
    await using network = createNetwork();
    const answer = await network.host('web').within(async () => {
      await using _server = await httpServer(80, (_request, response) => response.end('no scope'));
      return await network.host('laptop').within(() => fetchText('http://web/'));
    });
    expect(answer).toBe('no scope');
  });
});
