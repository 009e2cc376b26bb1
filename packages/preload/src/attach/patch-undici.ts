/**
 * The agents, pools and clients of undici that tests make themselves: each network has connections of its own, even in one
 * that all tests share.
 *
 * A dispatcher belongs to the first network that uses it. On another one a twin with the same options takes its place.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Attachment } from './attachment.js';
import type { LoadedModules } from './loaded-modules.js';
import type { Dispatcher } from './pools.js';

type Dispatch = (this: SymbolObject, ...args: unknown[]) => boolean;
type DispatcherClass = new (...args: unknown[]) => Dispatcher;
type SymbolObject = Record<symbol, unknown>;
type HeldDispatcher = { readonly dispatcher?: object; readonly deref?: () => object | undefined };

/** The modules of a copy of undici whose classes hold connections. */
const MODULE = /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/])?(?:agent|pool-base|client)\.js$/;
/** The owner of a dispatcher that made connections before anybody looked. */
const UNKNOWN = 'unknown';

/** Called once per thread. */
export function patchUndici(attachment: Attachment, modules: LoadedModules): void {
  let dispatchers: Dispatchers | undefined;
  modules.want(MODULE, (exports) => {
    dispatchers ??= new Dispatchers(attachment);
    dispatchers.patch(exports);
  });
  subscribe('undici:client:beforeConnect', () => modules.look());
}

/** All dispatchers of a thread. Apart from `patchUndici()`, for most threads never load undici, and so need not compile this. */
class Dispatchers {
  readonly #attachment: Attachment;
  readonly #owners = new WeakMap<object, string>();
  readonly #patched = new WeakSet<object>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /** Patches the class that a module at such a path exports. Harmless when repeated. */
  patch(exports: unknown): void {
    const { PoolBase } = (exports ?? {}) as { PoolBase?: unknown };
    const holder = PoolBase ?? exports;
    if (typeof holder !== 'function' || this.#patched.has(holder)) return;
    this.#patched.add(holder);
    this.#patchClass(holder.prototype as SymbolObject);
  }

  #patchClass(prototype: SymbolObject): void {
    const key = symbolOf(prototype, 'dispatch');
    const original = key === undefined ? undefined : (prototype[key] as Dispatch);
    if (key === undefined || original === undefined) return;
    const attachment = this.#attachment;
    const owners = this.#owners;
    prototype[key] = function dispatch(this: SymbolObject, ...args: unknown[]): boolean {
      const here = attachment.whereabouts();
      // Its connection is going to be refused, with the reason. None that is open may be used instead.
      if (here?.hasEnded) return twinOf(this)?.dispatch(...args) ?? original.apply(this, args);
      const user = here === undefined ? '' : `${here.presence.id} ${here.host.interfaceId}`;
      const owner = owners.get(this) ?? (isUsed(this) ? UNKNOWN : user);
      owners.set(this, owner);
      // Outside of networks a dispatcher goes on as ever, unless it has become a network's.
      if (owner === user || (here === undefined && owner === UNKNOWN)) return original.apply(this, args);
      // It holds no connections but what answers in their place, on every network.
      if (isMocking(this)) return original.apply(this, args);

      const twin = here?.presence.pools.twin(this, here.host.interfaceId, () => twinOf(this));
      return twin === undefined ? original.apply(this, args) : twin.dispatch(...args);
    };
  }
}

/** Whether the dispatcher has made connections, or others that do. */
function isUsed(dispatcher: SymbolObject): boolean {
  const clients = fieldOf(dispatcher, 'clients') as { readonly size?: number; readonly length?: number } | undefined;
  const count = clients?.size ?? clients?.length;
  if (count !== undefined) return count > 0;
  return fieldOf(dispatcher, 'socket') != null || fieldOf(dispatcher, 'connecting') === true;
}

/** Whether this is the agent that a `MockAgent` keeps its pools in. */
function isMocking(agent: SymbolObject): boolean {
  // A Map, of any realm, to records of dispatchers; in older versions to dispatchers, or references of them.
  const clients = fieldOf(agent, 'clients') as Map<unknown, HeldDispatcher> | undefined;
  if (typeof clients?.values !== 'function') return false;
  return [...clients.values()].some((held) => isMock((held.dispatcher ?? held.deref?.() ?? held).constructor));
}

function isMock(Class: unknown): boolean {
  return typeof Class === 'function' && (Class.name === 'MockPool' || Class.name === 'MockClient');
}

/** A dispatcher like this one, without its connections; `undefined` for a kind that is not known. */
function twinOf(dispatcher: SymbolObject): Dispatcher | undefined {
  const own = dispatcher.constructor;
  // What a mock lets through goes the way of the class that it extends.
  const Class = (isMock(own) ? Object.getPrototypeOf(own) : own) as DispatcherClass;
  const url = fieldOf(dispatcher, 'url');
  const options = {
    ...(fieldOf(dispatcher, 'options') as object | undefined),
    factory: fieldOf(dispatcher, 'factory'),
  };
  switch (Class.name) {
    case 'Agent':
      return new Class(options);
    case 'Pool':
      return new Class(url, { ...options, connections: fieldOf(dispatcher, 'connections') ?? undefined });
    case 'Client':
      return new Class(url, {
        connect: fieldOf(dispatcher, 'connector'),
        pipelining: fieldOf(dispatcher, 'pipelining'),
        headersTimeout: fieldOf(dispatcher, 'headers timeout'),
        bodyTimeout: fieldOf(dispatcher, 'body timeout'),
      });
    default:
      return undefined;
  }
}

function fieldOf(object: SymbolObject, description: string): unknown {
  const key = symbolOf(object, description);
  return key === undefined ? undefined : object[key];
}

/** undici keeps everything under symbols of its own, which only their descriptions tell apart. */
function symbolOf(object: SymbolObject, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
}
