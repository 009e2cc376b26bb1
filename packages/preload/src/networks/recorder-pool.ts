/**
 * Gives the flight recorder of a network that has ended to the next one.
 *
 * The pages of a new recorder, made one by one as programs write, take longer than all else that recording does. One that is used again has
 * them. The native library begins it anew behind all that was recorded in it, so that no network reads of another, and only when nobody has
 * it open any more (`capture/renewal.c`): a process that has outlived its network would write into the next one's.
 */
import { existsSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Network, NetworkError } from '@socket-wrapper/core';
import { attachmentInUse } from '../attach/attachment.js';
import { realProcess } from '../attach/real-process.js';
import { janitor } from './janitor.js';

/** The name that a recorder has in the directory of a network that may use it, which makes it `.capture`, and in which it waits. */
const LENT = '.recorder';

/** Once that often somebody had it open still: he will keep it. */
const MOST_REFUSALS = 2;

/** One recorder at most, which waits for a network. {@link recorderPool} gives the one of this process. */
export class RecorderPool {
  #directory: string | undefined;
  #isWaiting = false;
  #refusals = 0;

  /** Gives the waiting recorder, if nobody has it open, to the new network in `directory`. */
  lend(directory: string): void {
    const attached = attachmentInUse();
    const waiting = this.#fileFor(directory);
    if (!this.#isWaiting || waiting === undefined || attached === undefined) return;
    if (attached.addon.renewRecorder(waiting)) {
      renameSync(waiting, join(directory, LENT));
    } else {
      this.#refusals += 1;
      if (this.#refusals < MOST_REFUSALS) return;
      rmSync(waiting, { force: true });
    }
    this.#isWaiting = false;
  }

  /**
   * Takes the recorder of the network in `directory`, which has ended but for that. It stays there if there is none, one is waiting already, or
   * less than half of the file system is free.
   */
  keep(directory: string): void {
    const recorder = [LENT, '.capture'].map((name) => join(directory, name)).find(existsSync);
    if (this.#isWaiting || attachmentInUse() === undefined || recorder === undefined) return;
    const { bavail, blocks } = statfsSync(directory);
    if (bavail < blocks / 2) return;
    this.#directory ??= makeDirectory();
    const waiting = this.#fileFor(directory);
    if (waiting === undefined) return;
    renameSync(recorder, waiting);
    this.#isWaiting = true;
    this.#refusals = 0;
  }

  /** Where a recorder waits; `undefined` for networks that are elsewhere than most, perhaps on another file system. */
  #fileFor(directory: string): string | undefined {
    if (this.#directory === undefined || dirname(directory) !== dirname(this.#directory)) return undefined;
    return join(this.#directory, LENT);
  }
}

/** The directory of a network that nobody enters: whoever looks for what killed processes have left finds it. */
function makeDirectory(): string | undefined {
  let directory: string;
  try {
    ({ directory } = new Network({ capture: false }));
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'DIRECTORY_FAILED') return undefined;
    throw error;
  }
  // Vitest ends its workers by SIGTERM, of which they are not told.
  janitor().adopt(directory);
  // A runner's copy of the process does not tell of its end.
  realProcess().on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The recorder pool of this process. It hangs on `process`, as {@link janitor} does. */
export function recorderPool(): RecorderPool {
  const holder = realProcess() as unknown as Record<symbol, RecorderPool | undefined>;
  const key = Symbol.for('@socket-wrapper/preload recorder pool 1');
  const present = holder[key];
  if (present !== undefined) return present;
  const created = new RecorderPool();
  Object.defineProperty(holder, key, { value: created, enumerable: false });
  return created;
}
