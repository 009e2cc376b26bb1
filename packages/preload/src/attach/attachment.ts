/**
 * How this thread's JavaScript takes part in networks: which of them the running code belongs to, and the modules of
 * Node.js that have to know.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { errorText, type ScopeError, type ScopeFrame, type TestScope } from '@socket-wrapper/core';
import { nodeRequire } from '../native-files/node-require.js';
import { packageFile } from '../native-files/package-file.js';
import type { ProgramHost } from '../networks/program-host.js';
import type { ProgramNetwork } from '../networks/program-network.js';
import { type Addon, ENDED, loadAddon, type Place } from './addon.js';
import { BuiltinModules, isLoaded } from './builtin-modules.js';
import type { LeakError } from './leak-error.js';
import { LoadedModules, type ModuleCache } from './loaded-modules.js';
import { Names, type NamesHere } from './names.js';
import { outlivedError } from './outlived-error.js';
import { patchFetch } from './patch-fetch.js';
import { patchGrpc } from './patch-grpc.js';
import { patchInspector } from './patch-inspector.js';
import { patchKeys } from './patch-keys.js';
import { patchNames } from './patch-names.js';
import { patchPools } from './patch-pools.js';
import { patchPrograms } from './patch-programs.js';
import { patchSecureSockets } from './patch-secure-sockets.js';
import { patchServers } from './patch-servers.js';
import { patchSockets } from './patch-sockets.js';
import { patchUndici } from './patch-undici.js';
import { patchWorkers } from './patch-workers.js';
import { Presence } from './presence.js';
import { ServerQueries } from './server-queries.js';
import type { SharedConnections } from './shared-connections.js';

/** Where code runs: on a host of a network that this process takes part in, or nowhere, because it has outlived that. */
export type Whereabouts = OnHost | Outlived;

/** On a host. */
export interface OnHost {
  readonly hasEnded: false;
  readonly presence: Presence;
  readonly host: ProgramHost;
}

/** The code has outlived its network, or its test. */
export interface Outlived {
  readonly hasEnded: true;
  /** What it is told when it wants a socket. */
  readonly error: () => ScopeError;
}

/** A scope whose code is on a network: on its own, which is made when the code first needs it. */
interface Member {
  readonly owner: string;
  presence: Presence | undefined;
}

/** Code of `host.within()`, and the scope that it was called in. */
interface Visit {
  readonly presence: Presence;
  readonly host: ProgramHost;
  readonly frame: ScopeFrame | undefined;
}

type FrameStorage = AsyncLocalStorage<ScopeFrame>;

/** A scope, and where the global object of its code keeps its scopes. */
interface KeptScope {
  readonly of: TestScope;
  readonly storage: FrameStorage;
}

/** The modules whose exports are replaced, which `import` statements hold copies of: of the others only what they are made of. */
const REPLACED_EXPORTS = ['worker_threads', 'dns/promises', 'inspector'];

/** `worker.ts` in one file. */
const WORKER = packageFile('dist/attach-worker.cjs');

const KEY: unique symbol = Symbol.for('@socket-wrapper/preload attachment 2') as never;

/** The part of this thread in all networks. {@link attachment} makes it. */
export class Attachment {
  readonly addon: Addon;
  readonly #visits = new AsyncLocalStorage<Visit>();
  readonly #queries = new ServerQueries(() => this.#place());
  readonly #presences = new WeakMap<ProgramNetwork, Presence>();
  readonly #members = new WeakMap<TestScope, Member>();
  /** The scopes that networks were made for. */
  readonly #scopes = new WeakMap<Presence, KeptScope>();
  /** Where scopes are kept: every global object with tests of its own has its own. Held weakly, for such an object ends. */
  #storages: WeakRef<FrameStorage>[] = [];
  readonly #modules = new LoadedModules();
  readonly #connections: SharedConnections;
  /** How many networks this process takes part in at the moment. */
  #networks = 0;
  #isOutside = false;
  /** Whether code has been on a host by {@link within}. Before, `#visits` costs nothing. */
  #isVisited = false;
  #knowsTls = false;

  /** @throws {PreloadError} `ATTACH_FAILED`, `LIBRARY_NOT_FOUND` */
  constructor() {
    this.addon = loadAddon();
    const builtins = new BuiltinModules();
    const isImported = REPLACED_EXPORTS.some(isLoaded);
    this.addon.answer(() => this.#place());
    patchNames(() => this.#names(), this.#queries, builtins);
    patchServers(this, builtins);
    this.#connections = patchSockets(this, builtins);
    patchPools(this, builtins);
    patchFetch(this);
    patchUndici(this, this.#modules);
    patchGrpc(this, this.#modules);
    this.#modules.watch(nodeRequire.cache);
    patchPrograms(this);
    patchInspector(this, builtins);
    patchWorkers(WORKER, () => this.whereabouts() !== undefined, builtins);
    // Once for all: it takes as long as most of them together.
    if (isImported) syncBuiltinESMExports();
  }

  /**
   * From now on the code of `scope` is on the network of the scope, which is made when the code first needs it. `storage` is
   * where the caller's global object keeps its scopes.
   */
  adopt(scope: TestScope, storage: FrameStorage): void {
    this.#watch(storage);
    this.#members.set(scope, { owner: ownerOf(scope), presence: undefined });
    if (this.#networks > 0) this.#connections.watchSessions();
  }

  /** From now on the packages among the modules in `cache` are on networks as those that Node.js has loaded. */
  watchModules(cache: ModuleCache): void {
    this.#modules.watch(cache);
  }

  /** Takes part in `network` from now on, for the code of `scope` if it belongs to one. Harmless when repeated. */
  join(network: ProgramNetwork, scope?: KeptScope): Presence {
    if (scope !== undefined && !this.#members.has(scope.of)) this.adopt(scope.of, scope.storage);
    const owner = scope === undefined ? `Network ${network.directory}` : ownerOf(scope.of);
    const presence = this.#presences.get(network) ?? this.#newPresence(network, owner);
    const member = scope === undefined ? undefined : this.#members.get(scope.of);
    if (member !== undefined) member.presence = presence;
    if (scope !== undefined) this.#scopes.set(presence, scope);
    return presence;
  }

  /** What the code of `network` has left open, instead of the warning that the end of the network would bring. */
  async takeLeaks(network: ProgramNetwork): Promise<LeakError | undefined> {
    const presence = this.#presences.get(network);
    if (presence === undefined) return undefined;
    const leaks = await this.#asItsCode(presence, () => presence.leaks());
    if (leaks !== undefined) presence.forgive();
    return leaks;
  }

  /** Ends this process's part in `network`, and closes what its code has left open. */
  async leave(network: ProgramNetwork): Promise<void> {
    const presence = this.#presences.get(network);
    if (presence === undefined) return;
    if (!presence.hasEnded) this.#networks--;
    await this.#asItsCode(presence, () => presence.end());
  }

  /**
   * Calls `fn` as if the code of `presence` did. What is closed calls listeners of that code, with the caller's scopes if Node.js
   * has none of their own for them: they would be on the real network, or on that of an outer scope.
   */
  #asItsCode<T>(presence: Presence, fn: () => T): T {
    const scope = this.#scopes.get(presence);
    if (scope !== undefined) return scope.storage.run({ scope: scope.of, outer: undefined }, fn);
    if (!this.#isVisited) return fn();
    return this.#visits.run({ presence, host: presence.network.testHost, frame: undefined }, fn);
  }

  /** Gives back what {@link join} took, once the network is gone. */
  release(network: ProgramNetwork): void {
    this.#presences.get(network)?.release();
  }

  /** Calls `fn`; it and all it starts are on `host`. `storage` is where the caller's global object keeps its scopes. */
  within<T>(host: ProgramHost, storage: FrameStorage, fn: () => T): T {
    const presence = this.join(host.network);
    this.#isVisited = true;
    return this.#visits.run({ presence, host, frame: storage.getStore() }, fn);
  }

  /** Calls `fn`, which is on no network until it returns, wherever the caller is. */
  outside<T>(fn: () => T): T {
    // No storage of its own: each that is in use costs every promise of the process a little.
    const wasOutside = this.#isOutside;
    this.#isOutside = true;
    try {
      return fn();
    } finally {
      this.#isOutside = wasOutside;
    }
  }

  /**
   * Where the running code is, even if it is over there; `undefined` when it is on no network.
   *
   * Whoever asks is about to use the network, so that of a test which has not used it yet is made now.
   */
  whereabouts(): Whereabouts | undefined {
    return this.#find((scope, member) => member.presence ?? this.#makeNetwork(scope, member));
  }

  /** This process on the network that the running code is on, if that has been used already; makes none. */
  presenceInUse(): Presence | undefined {
    const here = this.#find((_scope, { presence }) => presence);
    return here === undefined || here.hasEnded ? undefined : here.presence;
  }

  /** Whether `presence` is the network of the test that the running code is part of, or of a scope around it. */
  isOwn(presence: Presence): boolean {
    return this.#membersHere().some((member) => member.presence === presence);
  }

  /** The test that the running code is part of, if it has nothing to do with `presence`; `undefined` where there is no test. */
  strangerTo(presence: Presence): string | undefined {
    if (this.#isOutside || this.#visits.getStore()?.presence === presence || this.isOwn(presence)) return undefined;
    return this.#membersHere()[0]?.owner;
  }

  /** The scopes around the running code that have not ended, the innermost first. */
  #membersHere(): Member[] {
    const members: Member[] = [];
    for (const storage of this.#storages) {
      for (let frame = storage.deref()?.getStore(); frame !== undefined; frame = frame.outer) {
        const member = frame.scope?.hasEnded === false ? this.#members.get(frame.scope) : undefined;
        if (member !== undefined) members.push(member);
      }
    }
    return members;
  }

  #find(presenceOf: (scope: TestScope, member: Member) => Presence | undefined): Whereabouts | undefined {
    if (this.#isOutside) return undefined;
    const visit = this.#visits.getStore();
    let outlived: Outlived | undefined;
    for (const storage of this.#storages) {
      // A scope that was opened inside of within() is nearer.
      for (
        let frame = storage.deref()?.getStore();
        frame !== undefined && frame !== visit?.frame;
        frame = frame.outer
      ) {
        const { scope } = frame;
        const member = scope && this.#members.get(scope);
        if (scope === undefined || member === undefined) continue;
        if (scope.hasEnded) {
          if (!frame.isLoose) outlived ??= outlivedBy(member.owner);
          continue;
        }
        // What has outlived its own network, such as the end of a connection there, makes none for another scope.
        const presence = outlived === undefined ? presenceOf(scope, member) : member.presence;
        if (presence === undefined) return outlived;
        if (!presence.hasEnded) return { hasEnded: false, presence, host: presence.network.testHost };
        outlived ??= outlivedBy(member.owner);
      }
    }
    if (visit === undefined) return outlived;
    const { presence, host } = visit;
    return presence.hasEnded ? outlivedBy(presence.owner) : { hasEnded: false, presence, host };
  }

  #newPresence(network: ProgramNetwork, owner: string): Presence {
    // Only now: tests that use no network have no use for it either.
    // Modules that are loaded by it may ask where they are, while the network that is just being made is nobody's yet.
    if (!this.#knowsTls) {
      this.outside(() => {
        patchKeys(this);
        patchSecureSockets(this);
      });
    }
    this.#knowsTls = true;
    // Before its code makes connections that a package keeps.
    this.#modules.look();
    if (this.#networks++ > 0) this.#connections.watchSessions();
    const presence = new Presence(this.addon, network, owner);
    this.#presences.set(network, presence);
    return presence;
  }

  #makeNetwork(scope: TestScope, member: Member): Presence | undefined {
    // Whoever makes it joins it.
    void scope.network;
    return member.presence;
  }

  #names(): NamesHere {
    const here = this.whereabouts();
    if (here === undefined) return undefined;
    if (here.hasEnded) return { error: here.error() };
    const { presence, host } = here;
    return {
      names: new Names(this.addon, presence.placeOf(host), (name) => presence.network.lookedUpInVain(name, host)),
    };
  }

  #place(): Place {
    try {
      const here = this.whereabouts();
      if (here === undefined) return this.#queries.placeOfResolver();
      return here.hasEnded ? ENDED : here.presence.placeOf(here.host);
    } catch (error) {
      // In the middle of a system call nobody can catch it. The real network would be the worse answer.
      process.emitWarning(errorText(error), { type: 'SocketWrapperWarning' });
      return ENDED;
    }
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

function ownerOf(scope: TestScope): string {
  return `Test "${scope.identity.fullName}"`;
}

function outlivedBy(owner: string): Outlived {
  return { hasEnded: true, error: () => outlivedError(owner) };
}
