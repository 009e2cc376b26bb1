/**
 * How this thread's JavaScript takes part in networks: which of them the running code belongs to, and the modules of
 * Node.js that have to know.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { type ScopeFrame, scopeRegistry, type TestScope } from '@socket-wrapper/core';
import type { ProgramHost } from '../program-host.js';
import type { ProgramNetwork } from '../program-network.js';
import { type Addon, ENDED, loadAddon, NOWHERE, type Place } from './addon.js';
import type { LeakError } from './leak-error.js';
import { patchFetch } from './patch-fetch.js';
import { patchKeys } from './patch-keys.js';
import { patchNames } from './patch-names.js';
import { patchPools } from './patch-pools.js';
import { patchSockets } from './patch-sockets.js';
import { patchUndici } from './patch-undici.js';
import { Presence } from './presence.js';

/** Where code runs: a host of a network that this process takes part in. */
export interface Whereabouts {
  readonly presence: Presence;
  readonly host: ProgramHost;
  /** The code has outlived its network, or its test. */
  readonly hasEnded: boolean;
}

/** Code of `host.within()`, and the scope that it was called in. */
interface Visit {
  readonly presence: Presence;
  readonly host: ProgramHost;
  readonly frame: ScopeFrame | undefined;
}

type FrameStorage = AsyncLocalStorage<ScopeFrame>;

const KEY: unique symbol = Symbol.for('@socket-wrapper/preload attachment 1') as never;

/** The part of this thread in all networks. {@link attachment} makes it. */
export class Attachment {
  readonly addon: Addon;
  readonly #visits = new AsyncLocalStorage<Visit | 'outside'>();
  readonly #presences = new WeakMap<ProgramNetwork, Presence>();
  readonly #ofScopes = new WeakMap<TestScope, Presence>();
  /** Where scopes are kept: every global object with tests of its own has its own. Held weakly, for such an object ends. */
  #storages: WeakRef<FrameStorage>[] = [];

  /** @throws {PreloadError} `ATTACH_FAILED`, `LIBRARY_NOT_FOUND` */
  constructor() {
    this.addon = loadAddon();
    this.addon.answer(() => this.#place());
    patchNames(this);
    patchSockets(this);
    patchPools(this);
    patchFetch(this);
    patchUndici(this);
    patchKeys(this);
  }

  /** Takes part in `network` from now on, for the code of `scope` if it belongs to one. Harmless when repeated. */
  join(network: ProgramNetwork, scope?: TestScope): Presence {
    this.#watch(scopeRegistry().storage);
    const presence = this.#presences.get(network) ?? new Presence(this.addon, network, ownerOf(network, scope));
    this.#presences.set(network, presence);
    if (scope !== undefined) this.#ofScopes.set(scope, presence);
    return presence;
  }

  /** What the code of `network` has left open, instead of the warning that the end of the network would bring. */
  takeLeaks(network: ProgramNetwork): LeakError | undefined {
    const presence = this.#presences.get(network);
    const leaks = presence?.leaks();
    if (leaks !== undefined) presence?.forgive();
    return leaks;
  }

  /** Ends this process's part in `network`, and closes what its code has left open. */
  leave(network: ProgramNetwork): void {
    const presence = this.#presences.get(network);
    if (presence !== undefined) this.outside(() => presence.end());
  }

  /** Gives back what {@link join} took, once the network is gone. */
  release(network: ProgramNetwork): void {
    this.#presences.get(network)?.release();
  }

  /** Calls `fn`; it and all it starts are on `host`. */
  within<T>(host: ProgramHost, fn: () => T): T {
    const presence = this.join(host.network);
    const visit = { presence, host, frame: scopeRegistry().storage.getStore() };
    return this.#visits.run(visit, fn);
  }

  /** Calls `fn`; it and all it starts are on no network, wherever the caller is. */
  outside<T>(fn: () => T): T {
    return this.#visits.run('outside', fn);
  }

  /** Where the running code is, even if it is over there; `undefined` when it is on no network. */
  whereabouts(): Whereabouts | undefined {
    const visit = this.#visits.getStore();
    if (visit === 'outside') return undefined;
    let ended: Whereabouts | undefined;
    for (const storage of this.#storages) {
      // A scope that was opened inside of within() is nearer.
      for (
        let frame = storage.deref()?.getStore();
        frame !== undefined && frame !== visit?.frame;
        frame = frame.outer
      ) {
        const here = this.#whereaboutsOf(frame.scope);
        if (here !== undefined && !here.hasEnded) return here;
        ended ??= here;
      }
    }
    if (visit === undefined) return ended;
    return { presence: visit.presence, host: visit.host, hasEnded: visit.presence.hasEnded };
  }

  #whereaboutsOf(scope: TestScope): Whereabouts | undefined {
    const presence = this.#ofScopes.get(scope);
    if (presence === undefined) return undefined;
    return { presence, host: presence.network.testHost, hasEnded: scope.hasEnded || presence.hasEnded };
  }

  #place(): Place {
    const here = this.whereabouts();
    if (here === undefined) return NOWHERE;
    return here.hasEnded ? ENDED : here.presence.placeOf(here.host);
  }

  #watch(storage: FrameStorage): void {
    this.#storages = this.#storages.filter((known) => known.deref() !== undefined);
    if (!this.#storages.some((known) => known.deref() === storage)) this.#storages.push(new WeakRef(storage));
  }
}

/**
 * The attachment of this thread, made the first time it is needed.
 *
 * It hangs on a class of Node.js itself: all copies of this module that a thread may hold, in any global object, see the
 * same one, and so patch once.
 *
 * @throws {PreloadError} `ATTACH_FAILED`, `LIBRARY_NOT_FOUND`
 */
export function attachment(): Attachment {
  const present = attachmentInUse();
  if (present !== undefined) return present;
  const created = new Attachment();
  Object.defineProperty(Socket, KEY, { value: created, enumerable: false });
  return created;
}

/** The attachment of this thread if it has one. */
export function attachmentInUse(): Attachment | undefined {
  return (Socket as { [KEY]?: Attachment })[KEY];
}

function ownerOf(network: ProgramNetwork, scope: TestScope | undefined): string {
  return scope === undefined ? `Network ${network.directory}` : `Test "${scope.identity.fullName}"`;
}
