import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent, Client, type Dispatcher, Pool, request } from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { inScope } from './support/scopes.js';
import { httpServer, listening } from './support/servers.js';

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
