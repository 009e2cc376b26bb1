/**
 * Connections that wait to be used again, kept apart by network.
 */
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

/** The part of undici's dispatchers that is used here. */
export interface Dispatcher {
  dispatch(...args: unknown[]): boolean;
  destroy(): Promise<void>;
}

/** What the pools of this thread hold for one network. */
export class ScopedPools {
  readonly #agents = new Set<Agent>();
  readonly #dispatchers = new Map<number, Dispatcher>();

  /** Remembers that `agent` has made connections for this network. */
  noteAgent(agent: Agent): void {
    this.#agents.add(agent);
  }

  /** The dispatcher that serves fetch() on one host alone, made by `make` the first time. */
  dispatcher(interfaceId: number, make: () => Dispatcher): Dispatcher {
    const dispatcher = this.#dispatchers.get(interfaceId) ?? make();
    this.#dispatchers.set(interfaceId, dispatcher);
    return dispatcher;
  }

  /** Whether `socket` waits in a pool: then nobody forgot to close it. */
  keeps(socket: Socket): boolean {
    const pools = [...this.#agents].map(({ freeSockets }) => freeSockets);
    return isOfUndici(socket) || pools.some((free) => Object.values(free).some((list) => list?.includes(socket)));
  }

  /** Ends the requests of fetch() that still run. */
  destroy(): void {
    // Requests that are cut off say so themselves.
    for (const dispatcher of this.#dispatchers.values()) void dispatcher.destroy().catch(() => {});
  }
}

/** undici owns the connections that it makes, for fetch() and for agents of its users, and marks them. */
function isOfUndici(socket: Socket): boolean {
  return Object.getOwnPropertySymbols(socket).some(({ description }) => description === 'no ref');
}
