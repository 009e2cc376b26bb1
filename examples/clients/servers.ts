/** The servers of this folder's tests that run in the process of the test. */

import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ProgramHost } from 'vitest-plugin-socket-wrapper';

/** Lets a server listen on a host; it closes with all of its connections when the test ends. */
export async function listen(
  server: Server,
  host: ProgramHost,
  port: number,
  // Tests that run at the same time have one each, in their context.
  whenFinished: (close: () => Promise<void>) => void = onTestFinished,
): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  whenFinished(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  await host.within(() => once(server.listen(port), 'listening'));
}
