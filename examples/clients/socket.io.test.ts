// socket.io: rooms, and a client that comes back to a server that was started anew.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

/** A server on port 80 of the host `chat`, in which clients may ask for a room. */
async function startChat(): Promise<Server> {
  const http = createServer();
  const server = new Server(http);
  onTestFinished(() => server.close());
  server.on('connection', (socket) => {
    socket.on('join', async (room: string, done: () => void) => {
      await socket.join(room);
      done();
    });
    socket.on('say', (room: string, text: string) => socket.to(room).emit('said', text));
  });
  await listen(http, network.host('chat'), 80);
  return server;
}

/** A client on the host of that name, closed with the test. */
function connect(name: string, options: Parameters<typeof io>[1] = {}) {
  const socket = network.host(name).within(() => io('http://chat/', { forceNew: true, ...options }));
  onTestFinished(() => {
    socket.disconnect();
  });
  return socket;
}

test.for(['polling', 'websocket', 'polling, websocket'])('what is said in a room is heard there (%s)', async (ways) => {
  const transports = ways.split(', ');
  await startChat();
  const [phone, laptop] = [connect('phone', { transports }), connect('laptop', { transports })];
  await Promise.all([phone, laptop].map((socket) => socket.emitWithAck('join', 'kitchen')));
  const said = new Promise((resolve) => laptop.once('said', resolve));
  phone.emit('say', 'kitchen', 'dinner is ready');
  expect(await said).toBe('dinner is ready');
});

test('a client comes back to a server that was started anew', async () => {
  const first = await startChat();
  const laptop = connect('laptop', { reconnectionDelay: 10, randomizationFactor: 0 });
  await laptop.emitWithAck('join', 'kitchen');

  const lost = new Promise((resolve) => laptop.once('disconnect', resolve));
  const back = new Promise((resolve) => laptop.io.once('reconnect', resolve));
  await first.close();
  expect(await lost).toMatch(/transport (close|error)/);
  await startChat();
  await back;
  await laptop.emitWithAck('join', 'kitchen');
});

test('a server that is down refuses the connection', async () => {
  network.host('chat');
  const laptop = connect('laptop', { reconnection: false, transports: ['websocket'] });
  const [error] = await once(laptop as never, 'connect_error');
  expect(error).toMatchObject({ type: 'TransportError' });
});
