/**
 * What code has opened on a network and not closed, with the stack that opened it.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { endConnection, tellsRequests } from './end-connection.js';

type Opened =
  | { readonly kind: 'socket' | 'accepted'; readonly handle: Socket }
  | { readonly kind: 'server'; readonly handle: Server }
  | { readonly kind: 'datagram'; readonly handle: DatagramSocket };

interface Entry {
  readonly kind: Opened['kind'];
  readonly handle: WeakRef<object>;
  readonly site: Error | undefined;
}

/** How long a connection may take to close when its code has left it to the server to hang up. */
const GOODBYE_MS = 200;

/** How many frames of the stack that opened a socket are told. */
const MAX_FRAMES = 3;

/** Entries that have been closed or collected are looked for when their number has doubled. */
const FIRST_PURGE = 64;

/** The sockets that one network has in this process. They are not kept alive, and nothing can be seen on them. */
export class OpenSockets {
  #entries: Entry[] = [];
  #known = new WeakSet<object>();
  readonly #secure = new WeakMap<object, Socket>();
  #purgeAt = FIRST_PURGE;

  /** Remembers a socket; `opener` is the function whose caller opened it. */
  add({ kind, handle }: Opened, opener?: (...args: never[]) => unknown): void {
    if (this.#known.has(handle)) return;
    this.#known.add(handle);
    // The text of the stack is made only when it is asked for.
    const site = opener === undefined ? undefined : new Error();
    if (site !== undefined && opener !== undefined) Error.captureStackTrace(site, opener);
    this.#entries.push({ kind, handle: new WeakRef(handle), site });
    if (this.#entries.length < this.#purgeAt) return;
    this.#entries = this.#entries.filter((entry) => isOpen(openedOf(entry)));
    this.#purgeAt = Math.max(FIRST_PURGE, 2 * this.#entries.length);
  }

  /** Remembers that `secure` is what the code uses that has made `transport`: TLS over it. */
  secure(transport: Socket, secure: Socket): void {
    this.#secure.set(transport, secure);
  }

  /**
   * A line for each that the code should close itself: what an accepted connection or a pool has open is not its to
   * close.
   */
  left(isPooled: (socket: Socket) => boolean): readonly string[] {
    return this.#entries.flatMap((entry) => {
      const opened = openedOf(entry);
      return isLeft(opened, isPooled) ? [`${describe(opened)}${siteText(entry.site)}`] : [];
    });
  }

  /** `socket`, with the line that opened it. */
  described(socket: object): string {
    const entry = this.#entries.find(({ handle }) => handle.deref() === socket);
    const opened = entry && openedOf(entry);
    return opened === undefined ? 'a connection' : `${describe(opened)}${siteText(entry?.site)}`;
  }

  /**
   * Resolves once the connections that {@link left} would name have closed, and after 200 ms in any case.
   *
   * Clients of databases say goodbye, and call that closed; that it is comes with the answer of the server.
   */
  async goodbyes(isPooled: (socket: Socket) => boolean): Promise<void> {
    const left = this.#entries.map(openedOf).filter((opened) => opened?.kind === 'socket' && isLeft(opened, isPooled));
    if (left.length === 0) return;
    const patience = new AbortController();
    const closed = left.map((opened) => new Promise((resolve) => opened?.handle.once('close', resolve)));
    const timeout = delay(GOODBYE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.all(closed), timeout]);
    patience.abort();
  }

  /**
   * Closes all of them. Requests that wait for an answer are told what `reason` gives; `onUnheard` is called with what one of them reports to nobody,
   * and with its connection in words.
   */
  closeAll(reason: () => Error, onUnheard: (error: Error, connection: string) => void): void {
    for (const entry of this.#entries.splice(0)) {
      const opened = openedOf(entry);
      if (opened === undefined || !isOpen(opened)) continue;
      if (opened.kind === 'socket') {
        const what = describe(opened);
        const used = this.#secure.get(opened.handle) ?? opened.handle;
        const error = tellsRequests(used) ? reason() : undefined;
        const warn = (unheard: Error) => onUnheard(unheard, `${what}${siteText(entry.site)}`);
        endConnection(used, error, warn);
        // A client may still listen to the connection under its TLS: `pg` does.
        if (used !== opened.handle) endConnection(opened.handle, undefined, warn);
      } else close(opened);
    }
  }
}

function openedOf({ kind, handle }: Entry): Opened | undefined {
  const alive = handle.deref();
  return alive === undefined ? undefined : ({ kind, handle: alive } as Opened);
}

function isOpen(opened: Opened | undefined): boolean {
  switch (opened?.kind) {
    case 'socket':
    case 'accepted':
      return !opened.handle.destroyed && !isUnixSocket(opened.handle);
    case 'server':
      return opened.handle.listening && typeof opened.handle.address() !== 'string';
    case 'datagram':
      return isBound(opened.handle);
    default:
      return false;
  }
}

/** Whether nobody has closed what its code should have closed. */
function isLeft(opened: Opened | undefined, isPooled: (socket: Socket) => boolean): opened is Opened {
  if (opened === undefined || !isOpen(opened) || isEnding(opened) || opened.kind === 'accepted') return false;
  return opened.kind !== 'socket' || !isPooled(opened.handle);
}

/** Its end has been asked for and is under way. */
function isEnding(opened: Opened): boolean {
  return opened.kind === 'socket' && opened.handle.writableEnded;
}

function isUnixSocket(socket: Socket): boolean {
  return !socket.connecting && socket.localPort === undefined && socket.remotePort === undefined;
}

function isBound(socket: DatagramSocket): boolean {
  try {
    socket.address();
    return true;
  } catch {
    // The only thing that address() says of a socket that is closed or was never used.
    return false;
  }
}

function describe(opened: Opened): string {
  if (opened.kind === 'server' || opened.kind === 'datagram') {
    const { address, port } = opened.handle.address() as { address: string; port: number };
    return `a ${opened.kind === 'server' ? 'server' : 'UDP socket'} on ${endpoint(address, port)}`;
  }
  const { remoteAddress, remotePort } = opened.handle;
  return remoteAddress === undefined ? 'a connection' : `a connection to ${endpoint(remoteAddress, remotePort)}`;
}

function endpoint(address: string, port: number | undefined): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function siteText(site: Error | undefined): string {
  const frames = (site?.stack ?? '').split('\n').slice(1);
  const outside = frames.filter((frame) => !/node:|<anonymous>\)$/.test(frame));
  const own = outside.filter((frame) => !frame.includes('/node_modules/'));
  // A package that connects in its own time leaves no line of the test.
  const best = [own, outside, frames].find(({ length }) => length > 0) ?? [];
  const shown = new Map(best.map((frame) => [lineOf(frame), frame.trim()]));
  return shown.size === 0 ? '' : `, opened ${[...shown.values()].slice(0, MAX_FRAMES).join(' ')}`;
}

/** A frame without its column, so that a line with several calls counts once. */
function lineOf(frame: string): string {
  return frame.replace(/^.*?((?:file:)?\/[^()]*:\d+):\d+\)?$/, '$1');
}

function close({ handle }: Opened): void {
  if ('destroy' in handle) handle.destroy();
  else handle.close();
}
