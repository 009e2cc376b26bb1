/**
 * Ends a connection whose test has ended, and tells its client why. What the client reports to nobody is handed to the caller:
 * as an error that nobody listens to it would end the process, or fail whichever test runs by then.
 */
import type { Socket } from 'node:net';
import { isOfUndici } from './pools.js';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** How Node.js marks an error that it throws because an emitter has no listener for it (`lib/events.js`). */
const UNHEARD_MARK = 'kEnhanceStackBeforeInspector';

/**
 * Destroys `socket` with `error`. `onUnheard` is called with each error that its client reports then, or in the events that follow,
 * without having been given a listener for errors.
 */
export function endConnection(socket: Socket, error: Error | undefined, onUnheard: (error: Error) => void): void {
  const emit: Emit = socket.emit;
  Object.defineProperty(socket, 'emit', {
    value(this: Socket, ...args: Parameters<Emit>) {
      try {
        return emit.apply(this, args);
      } catch (thrown) {
        if (!isUnheard(thrown)) throw thrown;
        onUnheard(thrown);
        return true;
      }
    },
    configurable: true,
    writable: true,
  });
  socket.destroy(error);
}

/** Whether who uses `socket` hands an error of it on to a request that waits for its answer: `http`, and undici, with it fetch(). */
export function tellsRequests(socket: Socket & { readonly _httpMessage?: object | null }): boolean {
  return socket._httpMessage != null || isOfUndici(socket);
}

/** Whether this was thrown for the lack of a listener, and not by one. */
function isUnheard(error: unknown): error is Error {
  if (typeof error !== 'object' || error === null) return false;
  // An error of another global object is thrown inside of one with this code.
  if ('code' in error && error.code === 'ERR_UNHANDLED_ERROR') return true;
  return Object.getOwnPropertySymbols(error).some(({ description }) => description === UNHEARD_MARK);
}
