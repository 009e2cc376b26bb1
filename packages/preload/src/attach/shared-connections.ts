/**
 * Connections that a test uses although another one has made them, as from a pool in a module: what is written there goes to
 * the other test's network, and the answers come from it. A warning says so.
 */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Attachment } from './attachment.js';
import { isLoaded } from './builtin-modules.js';
import type { Presence } from './presence.js';
import { type Method, replaceMethod } from './replace-method.js';

/** See the top of this file. Made once per thread. */
export class SharedConnections {
  readonly #attachment: Attachment;
  /** The networks that connections are on; until somebody has been warned of one. */
  readonly #presences = new WeakMap<object, Presence>();
  #knowsSessions = false;

  constructor(attachment: Attachment, { prototype }: typeof Socket) {
    this.#attachment = attachment;
    const write = Duplex.prototype.write as Method;
    const look = (socket: object) => this.#look(socket);
    // Sockets inherit it.
    Object.defineProperty(prototype, 'write', {
      value: function (this: object, ...args: never[]) {
        look(this);
        return write.apply(this, args);
      },
      configurable: true,
      writable: true,
    });
  }

  /** Remembers on which network a test is about to connect `socket`. */
  add(socket: Socket, presence: Presence): void {
    if (!this.#attachment.isOwn(presence)) return;
    this.#presences.set(socket, presence);
  }

  #look(socket: object): void {
    const presence = this.#presences.get(socket);
    if (presence === undefined || presence.hasEnded) return;
    const stranger = this.#attachment.strangerTo(presence);
    if (stranger === undefined) return;

    this.#presences.delete(socket);
    const owner = presence.owner.replace(/^Test/, 'test');
    process.emitWarning(
      `${stranger} uses ${presence.sockets.described(socket)}, which ${owner} has made: what it sends goes to the ` +
        'network of that test. Give each of them a client of its own',
      { type: 'SocketWrapperWarning', code: 'SHARED_CONNECTION' },
    );
  }

  /**
   * Has sessions of HTTP/2, which write past their sockets, look as well. To be called when tests run at the same time:
   * it takes milliseconds.
   */
  watchSessions(): void {
    if (this.#knowsSessions || !isLoaded('http2')) return;
    this.#knowsSessions = true;
    const look = (session: object) => this.#look(fieldOf(session, 'socket') ?? session);
    replaceMethod(
      classOfSessions().prototype,
      'request',
      (original) =>
        function request(this: unknown, ...args: never[]) {
          look(this as object);
          return original.apply(this, args);
        },
    );
  }
}

/** The class is not given out, its instances are: this one has a connection that leads nowhere. */
function classOfSessions(): { readonly prototype: Record<string, Method> } {
  const nowhere = () => new Duplex({ read() {}, write: (_data, _encoding, done) => done() });
  const session = process.getBuiltinModule('node:http2').connect('http://localhost', { createConnection: nowhere });
  session.destroy();
  return session.constructor as never;
}

/** What Node.js keeps on `object` under a symbol of its own, which only its description tells apart. */
function fieldOf(object: object, description: string): object | undefined {
  const key = Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
  const value: unknown = key === undefined ? undefined : (object as Record<symbol, unknown>)[key];
  return typeof value === 'object' && value !== null ? value : undefined;
}
