import { Network, NetworkError, type NetworkOptions } from '@socket-wrapper/core';
import { attachmentInUse } from '../attach/attachment.js';
import { libraryPath } from '../native-files/locate-library.js';
import { preloadableLibrary } from '../native-files/preload-link.js';
import { endPrograms, surviving } from '../programs/program.js';
import type { ProgramProcess } from '../programs/program-process.js';
import { janitor } from './janitor.js';
import { ProgramHost } from './program-host.js';
import { recorderPool } from './recorder-pool.js';

/**
 * A network whose hosts run programs. Disposing of it ends them all, with their descendants.
 *
 * Should this process die before, by SIGKILL even, a helper process ends them and removes the directory.
 */
export class ProgramNetwork extends Network<ProgramHost> {
  readonly #running = new Set<ProgramProcess>();
  #lastSpawn = 0;
  #library: string | undefined;
  #end: Promise<void> | undefined;

  constructor(options: NetworkOptions = {}) {
    super(options);
    if (this.captureFile === undefined || options.parent !== undefined || options.recorder !== undefined) return;
    recorderPool().lend(this.directory);
    // The step added first is the last one.
    this.onDispose(() => recorderPool().keep(this.directory));
  }

  /**
   * The number of the next program, and the library to start it with.
   *
   * @throws {NetworkError} `DISPOSED`
   * @throws {PreloadError} `LIBRARY_NOT_FOUND`
   */
  nextProgram(): { readonly spawn: number; readonly library: string } {
    if (this.disposed) {
      throw new NetworkError('DISPOSED', `Network ${this.directory} cannot start programs: it has been disposed of`);
    }
    this.#library ??= this.#adopted();
    return { spawn: ++this.#lastSpawn, library: this.#library };
  }

  /** Takes charge of a program that was started with the number `spawn`. */
  watchProgram(process: ProgramProcess, spawn: number): void {
    janitor().register(this.directory, { pid: process.pid, spawn });
    this.#running.add(process);
    void process.ended.then(() => this.#running.delete(process));
  }

  /**
   * Closes what this process has open on the network, ends the programs, and removes the directory.
   *
   * A warning names sockets that the test should have closed itself, with the place that opened them.
   *
   * @throws {AggregateError} All that went wrong.
   */
  override dispose(): Promise<void> {
    this.#end ??= this.#leaveAndDispose();
    return this.#end;
  }

  protected override makeHost(name: string, interfaceId: number): ProgramHost {
    return new ProgramHost(this, name, interfaceId);
  }

  /** Prepares the network for its first program. */
  #adopted(): string {
    const library = preloadableLibrary(libraryPath(), this.directory);
    janitor().adopt(this.directory);
    this.onDispose(() => this.#endPrograms());
    return library;
  }

  /** Our own sockets first: the end of the programs they talk to would be an error to them. */
  async #leaveAndDispose(): Promise<void> {
    const attached = attachmentInUse();
    // The step added last is the first one.
    if (attached !== undefined) this.onDispose(() => attached.leave(this));
    try {
      await super.dispose();
    } finally {
      attached?.release(this);
    }
  }

  async #endPrograms(): Promise<void> {
    const running = [...this.#running];
    try {
      const left = await endPrograms(this.directory);
      if (left > 0) throw new Error(`Cannot end the programs of network ${this.directory}: ${surviving(left)}`);
    } catch (error) {
      for (const process of running) process.killGroup();
      throw error;
    }
    // They have ended; this waits for Node to take notice, so that no zombie is left either.
    await Promise.all(running.map(({ ended }) => ended));
  }
}

/**
 * Makes a network whose hosts run programs.
 *
 * @throws {NetworkError} `DIRECTORY_FAILED`, `BAD_HOST_NAME`, `BAD_INTERFACE_ID`
 * @example
 * await using network = createNetwork();
 * await network.host('cache').spawn('redis-server', [], { listening: 6379 });
 */
export function createNetwork(options: NetworkOptions = {}): ProgramNetwork {
  return new ProgramNetwork(options);
}
