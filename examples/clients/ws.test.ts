// ws: a chat between hosts, and how a client learns that its server was killed.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { WebSocket, WebSocketServer } from 'ws';
import { listen } from './servers.js';

const network = useNetwork();

/** A client on the host of that name, once it is connected. */
async function connect(name: string, url: string): Promise<WebSocket> {
  const socket = network.host(name).within(() => new WebSocket(url));
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** The name of the host at an address that a server sees, where IPv4 looks like `::ffff:10.53.57.11`. */
function nameOf(address = ''): string | undefined {
  return network.hosts.find(({ ipv4, ipv6 }) => address === ipv6 || address.endsWith(`:${ipv4}`))?.name;
}

test('what one says, the others hear, and from which host', async () => {
  const http = createServer();
  const server = new WebSocketServer({ server: http, path: '/chat' });
  server.on('connection', (socket, request) => {
    const from = nameOf(request.socket.remoteAddress);
    socket.on('message', (text) => {
      for (const client of server.clients) if (client !== socket) client.send(`${from}: ${text}`);
    });
  });
  await listen(http, network.host('chat'), 80);

  const phone = await connect('phone', 'ws://chat/chat');
  const laptop = await connect('laptop', 'ws://chat/chat');
  const heard = once(laptop, 'message');
  phone.send('hello');
  expect(String((await heard)[0])).toBe('phone: hello');
});

test('a client of a server that was killed gets close code 1006, and the next one is refused', async () => {
  const chat = network.host('chat');
  const program = "new (require('ws').WebSocketServer)({ port: 80 })";
  const server = await chat.spawn(process.execPath, ['-e', program], { cwd: import.meta.dirname, listening: 80 });
  const laptop = await connect('laptop', 'ws://chat/');
  const closed = once(laptop, 'close');
  server.kill('SIGKILL');
  expect((await closed)[0]).toBe(1006);
  await server.exited;
  await expect(connect('laptop', 'ws://chat/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a message of ten megabytes arrives whole', async () => {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(data.length)));
  await listen(http, network.host('files'), 80);
  const client = await connect('laptop', 'ws://files/');
  client.send(Buffer.alloc(10_000_000, 'x'));
  expect(String((await once(client, 'message'))[0])).toBe('10000000');
});
