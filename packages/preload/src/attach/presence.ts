/**
 * This process on one network: its places there, and what its code has opened.
 */
import type { Socket } from 'node:net';
import { libraryPath } from '../native-files/locate-library.js';
import { preloadableLibrary } from '../native-files/preload-link.js';
import type { ProgramHost } from '../networks/program-host.js';
import type { ProgramNetwork } from '../networks/program-network.js';
import type { Addon, Place } from './addon.js';
import { LeakError } from './leak-error.js';
import { OpenSockets } from './open-sockets.js';
import { outlivedError } from './outlived-error.js';
import { ScopedPools } from './pools.js';
import { warnOfUnheardError } from './unheard-error.js';

let lastId = 0;

/** The part that this process takes in a network, from its first use to the network's end. */
export class Presence {
  readonly network: ProgramNetwork;
  /** Unlike the number of a place, never used again. */
  readonly id = ++lastId;
  readonly sockets = new OpenSockets();
  readonly pools = new ScopedPools();
  /** Whose network it is, in messages. */
  readonly owner: string;
  readonly #addon: Addon;
  readonly #places = new Map<number, Place>();
  /** What code gets that is still at work on the network when it ends. */
  readonly #reason = () => outlivedError(this.owner);
  #hasEnded = false;
  #isForgiven = false;

  constructor(addon: Addon, network: ProgramNetwork, owner: string) {
    this.#addon = addon;
    this.network = network;
    this.owner = owner;
  }

  /** Whether the network has begun to end: no code of this process gets another socket there. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The number under which the native library knows `host`. */
  placeOf(host: ProgramHost): Place {
    const known = this.#places.get(host.interfaceId);
    if (known !== undefined) return known;

    const { network } = this;
    const variables = Object.entries({
      LD_PRELOAD: preloadableLibrary(libraryPath(), network.directory),
      ...network.environment(host),
    });
    const text = variables.map(([name, value]) => `${name}=${value}`);
    const place = this.#addon.openPlace(network.directory, host.interfaceId, network.captureFile, text);
    this.#places.set(host.interfaceId, place);
    return place;
  }

  /** What code has left open on the network and should have closed itself; `undefined` when there is nothing. */
  async leaks(): Promise<LeakError | undefined> {
    const isPooled = (socket: Socket) => this.pools.keeps(socket);
    this.pools.destroyTwins(this.#reason);
    await this.sockets.goodbyes(isPooled);
    const left = this.sockets.left(isPooled);
    return left.length === 0 ? undefined : new LeakError(this.owner, left);
  }

  /** Closes all that this process has open on the network, and warns of what should have been closed before. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const leaks = this.#isForgiven ? undefined : await this.leaks();
    this.pools.destroy(this.#reason);
    this.sockets.closeAll(this.#reason, (error, connection) =>
      warnOfUnheardError(`${this.owner} has ended, and closed ${connection}`, error),
    );
    if (leaks !== undefined) {
      process.emitWarning(leaks.message, { type: 'SocketWrapperWarning', code: leaks.code });
    }
  }

  /** What is open has been told of in another way. */
  forgive(): void {
    this.#isForgiven = true;
  }

  /** Gives the network back to the system, once nothing is in its directory any more. */
  release(): void {
    for (const place of this.#places.values()) this.#addon.closePlace(place);
    this.#places.clear();
  }
}
