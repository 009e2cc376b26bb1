/**
 * Servers in the process of a test, closed at the end of the block that declares them.
 */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** Listens, and closes with all connections in the end. */
export async function listening<S extends Server>(
  server: S,
  ...place: [port: number, host?: string]
): Promise<S & AsyncDisposable> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(...place);
  await once(server, 'listening');
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening || sockets.size > 0) await once(server, 'close');
    },
  });
}

/** An HTTP server on `port` of every address of its host. */
export function httpServer(port: number, answer: RequestListener) {
  return listening(createServer(answer), port);
}

/** A TCP server that sends back what it gets. */
export function echoServer(port: number) {
  return listening(
    createTcpServer((socket) => socket.on('error', () => {}).pipe(socket)),
    port,
  );
}
