/**
 * `net` and `dgram`: they keep track of what is opened on a network, and tell code that has outlived its network so.
 *
 * That a socket is on the network is not decided here but by the native library, whoever makes it.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { subscribe } from 'node:diagnostics_channel';
import { Server, Socket } from 'node:net';
import { setImmediate } from 'node:timers';
import type { Attachment, Whereabouts } from './attachment.js';
import type { BuiltinModules } from './builtin-modules.js';
import { endConnection } from './end-connection.js';
import { inNextTick } from './real-process.js';
import { type Method, replaceMethod } from './replace-method.js';
import { SharedConnections } from './shared-connections.js';
import { warnOfUnheardError } from './unheard-error.js';

/** Called once per thread. */
export function patchSockets(attachment: Attachment, builtins: BuiltinModules): SharedConnections {
  const connections = new SharedConnections(attachment, Socket);
  replaceMethod(
    Socket.prototype,
    'connect',
    (original) =>
      function connect(this: unknown, ...args: never[]) {
        const here = isUnixPath(args) ? undefined : attachment.whereabouts();
        if (here === undefined) return original.apply(this, args);

        const socket = this as Socket;
        if (here.hasEnded) {
          // As late as the kernel's own refusal: http.Agent has its listeners by then. Until then writes must wait.
          (socket as { connecting: boolean }).connecting = true;
          const reason = here.error();
          setImmediate(() => endConnection(socket, reason, (error) => warnOfUnheardError(reason.message, error)));
          return socket;
        }
        here.presence.sockets.add({ kind: 'socket', handle: socket }, connect as Method);
        connections.add(socket, here.presence);
        return original.apply(this, args);
      },
  );
  let isSubscribed = false;
  replaceMethod(
    Server.prototype,
    'listen',
    (original) =>
      function listen(this: unknown, ...args: never[]) {
        const here = isUnixPath(args) ? undefined : attachment.whereabouts();
        if (here === undefined) return original.apply(this, args);

        const server = this as Server;
        if (here.hasEnded) {
          inNextTick(() => server.emit('error', here.error()));
          return server;
        }
        if (!isSubscribed) subscribe('net.server.socket', onConnection);
        isSubscribed = true;
        here.presence.sockets.add({ kind: 'server', handle: server }, listen as Method);
        return original.apply(this, args);
      },
  );
  builtins.whenLoaded('dgram', () => subscribe('udp.socket', onDatagramSocket));
  return connections;

  // Connections that come in are the server's: nobody has to close them.
  function onConnection(message: unknown): void {
    const { socket } = message as { socket: Socket };
    attachment.presenceInUse()?.sockets.add({ kind: 'accepted', handle: socket });
  }

  function onDatagramSocket(message: unknown): void {
    const { socket } = message as { socket: DatagramSocket };
    let here: Whereabouts | undefined;
    try {
      here = attachment.whereabouts();
    } catch {
      // Its network cannot be made. Errors of listeners are nobody's, and the system call that follows says so as well.
      return;
    }
    if (here === undefined || here.hasEnded) return;
    here.presence.sockets.add({ kind: 'datagram', handle: socket }, onDatagramSocket as Method);
  }
}

/** `connect(path)`, `connect({ path })`, and what net.connect() makes of them. */
function isUnixPath([first]: readonly unknown[]): boolean {
  if (Array.isArray(first)) return isUnixPath(first);
  if (typeof first === 'string') return !/^\d+$/.test(first);
  return typeof first === 'object' && first !== null && 'path' in first && typeof first.path === 'string';
}
