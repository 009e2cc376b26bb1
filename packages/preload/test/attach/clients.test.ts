import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  Agent,
  Client,
  type Dispatcher,
  getGlobalDispatcher,
  MockAgent,
  Pool,
  request,
  setGlobalDispatcher,
} from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { inScope } from '../support/scopes.js';
import { httpServer, listening } from '../support/servers.js';

/** Answers with its own name, and counts connections. */
async function namedServer(name: string) {
  const server = await httpServer(80, (_request, response) => response.end(name));
  let connections = 0;
  server.on('connection', () => connections++);
  return Object.assign(server, { connections: () => connections });
}

async function ask(dispatcher: Dispatcher): Promise<string> {
  const { body } = await request('http://test/', { dispatcher });
  return body.text();
}

describe.each([
  ['an Agent', () => new Agent()],
  ['an Agent with one connection', () => new Agent({ connections: 1 })],
  ['a Pool', () => new Pool('http://test')],
  ['a Client', () => new Client('http://test')],
])('%s of undici that tests share', (_kind, make) => {
  it('has connections of its own for tests that run one after another', async () => {
    const dispatcher = make();
    for (const name of ['one', 'two', 'three']) {
      await inScope(async () => {
        await using server = await namedServer(name);
        for (let i = 0; i < 3; i++) expect(await ask(dispatcher)).toBe(name);
        expect(server.connections()).toBeGreaterThan(0);
      });
    }
    await dispatcher.destroy();
  });

  it('has connections of its own for tests that run at the same time', async () => {
    const dispatcher = make();
    let arrived = 0;
    let open = () => {};
    const allListen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const names = ['one', 'two', 'three'];
    const answers = await Promise.all(
      names.map((name) =>
        inScope(async () => {
          await using _server = await namedServer(name);
          if (++arrived === names.length) open();
          await allListen;
          const own: string[] = [];
          for (let i = 0; i < 5; i++) own.push(await ask(dispatcher));
          return own;
        }),
      ),
    );
    expect(answers).toEqual(names.map((name) => Array(5).fill(name)));
    await dispatcher.destroy();
  });
});

describe('a MockAgent of undici', () => {
  it('answers in every test what it was told, and lets the rest through to their networks', async () => {
    const agent = new MockAgent();
    agent.enableNetConnect('test');
    agent.get('http://mocked').intercept({ path: '/' }).reply(200, 'mocked').persist();
    for (const name of ['one', 'two']) {
      await inScope(async () => {
        await using _server = await namedServer(name);
        const { body } = await request('http://mocked/', { dispatcher: agent });
        expect([await body.text(), await ask(agent)]).toEqual(['mocked', name]);
        await expect(request('http://other/', { dispatcher: agent })).rejects.toThrow(/net\.connect is not enabled/);
      });
    }
    await agent.close();
  });

  it('takes the place of the dispatcher of fetch()', async () => {
    const before = getGlobalDispatcher();
    const agent = new MockAgent();
    agent.get('http://mocked').intercept({ path: '/' }).reply(200, 'mocked').persist();
    setGlobalDispatcher(agent);
    try {
      for (const _test of ['one', 'two']) {
        await inScope(async () => {
          expect(await (await fetch('http://mocked/')).text()).toBe('mocked');
        });
      }
    } finally {
      setGlobalDispatcher(before);
    }
    await inScope(async () => {
      await using _server = await namedServer('real');
      expect(await (await fetch('http://test/')).text()).toBe('real');
    });
    await agent.close();
  });
});

describe('ws', () => {
  it('talks over a network', async () => {
    await inScope(async () => {
      await using server = await listening(createServer(), 80);
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`got ${data}`)));
      const client = new WebSocket('ws://test/');
      await once(client, 'open');
      client.send('this');
      const [answer] = await once(client, 'message');
      expect(String(answer)).toBe('got this');
      client.close();
      await once(client, 'close');
    });
  });
});
