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
  const contexts = new WeakMap<object, Context>();
  const onConnection = (message: unknown) => {
    if (attachment.presenceInUse() === undefined) return;
    const { socket } = message as { socket: Socket };
    const handle = (socket as { _handle?: Handle | null })._handle;
    // The handle belongs from now on to the context that runs, which is the server's.
    handle?.asyncReset?.(new AcceptedConnection(handle));
  };
  let isSubscribed = false;
  replaceMethod(
    Server.prototype,
    'listen',
    (original) =>
      function listen(this: unknown, ...args: never[]) {
        if (attachment.presenceInUse() !== undefined) {
          if (!isSubscribed) subscribe('net.server.socket', onConnection);
          isSubscribed = true;
          contexts.set(this as Server, AsyncLocalStorage.snapshot());
        }
        return original.apply(this, args);
      },
  );
  for (const module of ['http', 'https']) {
    builtins.whenLoaded(module, ({ Server: { prototype } }: { readonly Server: typeof Server }) =>
      replaceMethod(
        prototype,
        'emit',
        (original) =>
          function emit(this: unknown, ...args: never[]) {
            const [event] = args as unknown as [string];
            const context = event === 'upgrade' || event === 'connect' ? contexts.get(this as object) : undefined;
            return context === undefined ? original.apply(this, args) : context(() => original.apply(this, args));
          },
      ),
    );
  }
}

/** What an accepted connection is to `async_hooks`. */
class AcceptedConnection {
  readonly handle: Handle;

  constructor(handle: Handle) {
    this.handle = handle;
  }
}
