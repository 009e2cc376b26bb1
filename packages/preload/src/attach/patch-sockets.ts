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
  const opened = new OpenedSockets(attachment, connections);
  replaceMethod(
    Socket.prototype,
    'connect',
    (original) =>
      function connect(this: unknown, ...args: never[]) {
        return opened.connect(this as Socket, args, { original, opener: connect });
      },
  );
  replaceMethod(
    Server.prototype,
    'listen',
    (original) =>
      function listen(this: unknown, ...args: never[]) {
        return opened.listen(this as Server, args, { original, opener: listen });
      },
  );
  builtins.whenLoaded('dgram', () => opened.watchDatagramSockets());
  return connections;
}

/** The method of Node.js, and the one in its place, which the traces of what it opens begin above. */
interface Replaced {
  readonly original: Method;
  readonly opener: Method;
}

/** What the replaced methods do. Apart from them: V8 compiles each when it is first called, and reads what stands within it again. */
class OpenedSockets {
  readonly #attachment: Attachment;
  readonly #connections: SharedConnections;
  #isSubscribed = false;

  constructor(attachment: Attachment, connections: SharedConnections) {
    this.#attachment = attachment;
    this.#connections = connections;
  }

  connect(socket: Socket, args: never[], { original, opener }: Replaced): unknown {
    const here = isUnixPath(args) ? undefined : this.#attachment.whereabouts();
    if (here === undefined) return original.apply(socket, args);

    if (here.hasEnded) {
      // As late as the kernel's own refusal: http.Agent has its listeners by then. Until then writes must wait.
      (socket as { connecting: boolean }).connecting = true;
      const reason = here.error();
      setImmediate(() => endConnection(socket, reason, (error) => warnOfUnheardError(reason.message, error)));
      return socket;
    }
    here.presence.sockets.add({ kind: 'socket', handle: socket }, opener);
    this.#connections.add(socket, here.presence);
    return original.apply(socket, args);
  }

  listen(server: Server, args: never[], { original, opener }: Replaced): unknown {
    const here = isUnixPath(args) ? undefined : this.#attachment.whereabouts();
    if (here === undefined) return original.apply(server, args);

    if (here.hasEnded) {
      inNextTick(() => server.emit('error', here.error()));
      return server;
    }
    if (!this.#isSubscribed) subscribe('net.server.socket', (message) => this.#onConnection(message));
    this.#isSubscribed = true;
    here.presence.sockets.add({ kind: 'server', handle: server }, opener);
    return original.apply(server, args);
  }

  watchDatagramSockets(): void {
    const onSocket = (message: unknown) => this.#onDatagramSocket(message, onSocket);
    subscribe('udp.socket', onSocket);
  }

  // Connections that come in are the server's: nobody has to close them.
  #onConnection(message: unknown): void {
    const { socket } = message as { socket: Socket };
    this.#attachment.presenceInUse()?.sockets.add({ kind: 'accepted', handle: socket });
  }

  #onDatagramSocket(message: unknown, opener: Method): void {
    const { socket } = message as { socket: DatagramSocket };
    let here: Whereabouts | undefined;
    try {
      here = this.#attachment.whereabouts();
    } catch {
      // Its network cannot be made. Errors of listeners are nobody's, and the system call that follows says so as well.
      return;
    }
    if (here === undefined || here.hasEnded) return;
    here.presence.sockets.add({ kind: 'datagram', handle: socket }, opener);
  }
}

/** `connect(path)`, `connect({ path })`, and what net.connect() makes of them. */
function isUnixPath([first]: readonly unknown[]): boolean {
  if (Array.isArray(first)) return isUnixPath(first);
  if (typeof first === 'string') return !/^\d+$/.test(first);
  return typeof first === 'object' && first !== null && 'path' in first && typeof first.path === 'string';
}
