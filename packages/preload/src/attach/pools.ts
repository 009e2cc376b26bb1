/**
 * Connections that wait to be used again, kept apart by network.
 */
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

/** What holds connections. */
export interface Destroyable {
  /** Ends what is under way with `reason`. */
  destroy(reason: Error): Promise<void>;
}

/** The part of undici's dispatchers that is used here. */
export interface Dispatcher extends Destroyable {
  dispatch(...args: unknown[]): boolean;
}

/** What the pools of this thread hold for one network. */
export class ScopedPools {
  readonly #agents = new Set<Agent>();
  readonly #dispatchers = new Map<number, Dispatcher>();
  readonly #twins = new Map<number, Map<object, Destroyable>>();

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

  /** What takes the place of a client of another network on one host, made by `make` the first time. */
  twin<T extends Destroyable | undefined>(client: object, interfaceId: number, make: () => T): T {
    const twins = this.#twins.get(interfaceId) ?? new Map<object, Destroyable>();
    this.#twins.set(interfaceId, twins);
    const twin = (twins.get(client) as T | undefined) ?? make();
    if (twin !== undefined) twins.set(client, twin);
    return twin;
  }

  /** Whether `socket` waits in a pool: then nobody forgot to close it. */
  keeps(socket: Socket): boolean {
    const pools = [...this.#agents].map(({ freeSockets }) => freeSockets);
    return isOfUndici(socket) || pools.some((free) => Object.values(free).some((list) => list?.includes(socket)));
  }

  /** Ends what nobody else can close. */
  destroyTwins(reason: () => Error): void {
    const twins = [...this.#twins.values()].flatMap((list) => [...list.values()]);
    destroyAll(twins, reason);
    this.#twins.clear();
  }

  /** The same, and ends the requests of fetch() that still run. */
  destroy(reason: () => Error): void {
    this.destroyTwins(reason);
    destroyAll([...this.#dispatchers.values()], reason);
    this.#dispatchers.clear();
  }
}

function destroyAll(pools: readonly Destroyable[], reason: () => Error): void {
  // Requests that are cut off say so themselves.
  for (const pool of pools) void pool.destroy(reason()).catch(() => {});
}

/** undici owns the connections that it makes, for fetch() and for agents of its users, and marks them. */
export function isOfUndici(socket: Socket): boolean {
  return Object.getOwnPropertySymbols(socket).some(({ description }) => description === 'no ref');
}
