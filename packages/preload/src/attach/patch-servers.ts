/**
 * The handlers of a server run where the server was made: two places in Node.js forget where that was.
 *
 * The handle of an accepted connection is made before its server's context is entered, so that what happens on the
 * connection later, such as `data`, would be on no network. And before Node.js 24, `upgrade` and `connect` of an HTTP
 * server are emitted when the parser has given its context back.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { Server, type Socket } from 'node:net';
import type { Attachment } from './attachment.js';
import type { BuiltinModules } from './builtin-modules.js';
import { replaceMethod } from './replace-method.js';

/** What `http.Agent` does with a connection that goes from one request to another (`lib/_http_agent.js`). */
interface Handle {
  asyncReset?(resource: object): void;
}

type Context = ReturnType<typeof AsyncLocalStorage.snapshot>;

/** Called once per thread. */
export function patchServers(attachment: Attachment, builtins: BuiltinModules): void {
  const servers = new Servers(attachment);
  replaceMethod(
    Server.prototype,
    'listen',
    (original) =>
      function listen(this: unknown, ...args: never[]) {
        servers.note(this as Server);
        return original.apply(this, args);
      },
  );
  const patch = ({ Server: { prototype } }: { readonly Server: typeof Server }) => patchEmit(prototype, servers);
  builtins.whenLoaded('http', patch);
  builtins.whenLoaded('https', patch);
}

function patchEmit(prototype: Server, servers: Servers): void {
  replaceMethod(
    prototype,
    'emit',
    (original) =>
      function emit(this: unknown, ...args: never[]) {
        const [event] = args as unknown as [string];
        const context = event === 'upgrade' || event === 'connect' ? servers.contextOf(this as object) : undefined;
        return context === undefined ? original.apply(this, args) : context(() => original.apply(this, args));
      },
  );
}

/** Where the servers on networks were made. */
class Servers {
  readonly #attachment: Attachment;
  readonly #contexts = new WeakMap<object, Context>();
  #isSubscribed = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /** To be called when `server` begins to listen. */
  note(server: Server): void {
    if (this.#attachment.presenceInUse() === undefined) return;
    if (!this.#isSubscribed) subscribe('net.server.socket', (message) => this.#onConnection(message));
    this.#isSubscribed = true;
    this.#contexts.set(server, AsyncLocalStorage.snapshot());
  }

  contextOf(server: object): Context | undefined {
    return this.#contexts.get(server);
  }

  #onConnection(message: unknown): void {
    if (this.#attachment.presenceInUse() === undefined) return;
    const { socket } = message as { socket: Socket };
    const handle = (socket as { _handle?: Handle | null })._handle;
    // The handle belongs from now on to the context that runs, which is the server's.
    handle?.asyncReset?.(new AcceptedConnection(handle));
  }
}

/** What an accepted connection is to `async_hooks`. */
class AcceptedConnection {
  readonly handle: Handle;

  constructor(handle: Handle) {
    this.handle = handle;
  }
}
