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
  readonly #twins = new Map<number, Map<object, Dispatcher>>();

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

  /** What takes the place of a dispatcher of another network on one host, made by `make` the first time. */
  twin(dispatcher: object, interfaceId: number, make: () => Dispatcher | undefined): Dispatcher | undefined {
    const twins = this.#twins.get(interfaceId) ?? new Map<object, Dispatcher>();
    this.#twins.set(interfaceId, twins);
    const twin = twins.get(dispatcher) ?? make();
    if (twin !== undefined) twins.set(dispatcher, twin);
    return twin;
  }

  /** Whether `socket` waits in a pool: then nobody forgot to close it. */
  keeps(socket: Socket): boolean {
    const pools = [...this.#agents].map(({ freeSockets }) => freeSockets);
    return isOfUndici(socket) || pools.some((free) => Object.values(free).some((list) => list?.includes(socket)));
  }

  /** Ends the requests of fetch() that still run. */
  destroy(): void {
    // Requests that are cut off say so themselves.
    const twins = [...this.#twins.values()].flatMap((list) => [...list.values()]);
    for (const dispatcher of [...this.#dispatchers.values(), ...twins]) void dispatcher.destroy().catch(() => {});
    this.#dispatchers.clear();
    this.#twins.clear();
  }
}

/** undici owns the connections that it makes, for fetch() and for agents of its users, and marks them. */
function isOfUndici(socket: Socket): boolean {
  return Object.getOwnPropertySymbols(socket).some(({ description }) => description === 'no ref');
}
