/**
 * Gives each artifact a name that no other one of the same run has, whichever worker process asks.
 *
 * The sidecar is the claim: it is created exclusively, and holds the run it belongs to. One of an earlier run is
 * replaced, so that the directory does not grow from run to run. One of a run that goes on is left alone, whosever it is.
 */
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nodeCrypto } from '../node-crypto.js';
import { goesOnElsewhere } from './run-key.js';
import { readSidecar, SIDECAR_ENDING, type Sidecar } from './sidecar.js';

/**
 * Writes the sidecar for a name that is free: `stem`, else `stem-2`, `stem-3`, …
 *
 * @returns The name, without ending.
 */
export function claimName(outputDir: string, stem: string, sidecarOf: (name: string) => Sidecar): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? stem : `${stem}-${count}`;
    const sidecar = sidecarOf(name);
    const path = join(outputDir, `${name}${SIDECAR_ENDING}`);
    if (createFile(path, sidecar) || takeOver(path, sidecar)) return name;
  }
}

/**
 * Removes what earlier runs have left under `stem`, `stem-2`, …: a test that leaves nothing any more is not to be
 * remembered by its last failure.
 *
 * @returns Whether the name was in use.
 */
export function removeEarlier(outputDir: string, stem: string, run: string): boolean {
  for (let count = 1; ; count++) {
    const path = join(outputDir, `${count === 1 ? stem : `${stem}-${count}`}${SIDECAR_ENDING}`);
    const sidecar = readSidecar(path);
    if (sidecar === undefined) return count > 1;
    if (sidecar.run === run || goesOnElsewhere(sidecar.run, run)) continue;

    const lock = lockOf(path, run);
    // Who has the lock replaces it, for a test of the same name.
    if (!createFile(lock, { ...sidecar, run })) continue;
    const earlier = earlierRun(path, run);
    if (earlier !== undefined) {
      // The name of a file beside the sidecar, whatever the sidecar says. It goes first: without a sidecar nobody would find it.
      rmSync(join(outputDir, basename(earlier.capture)), { force: true });
      rmSync(path);
    }
    rmSync(lock);
  }
}

/** Replaces the sidecar of an earlier run. The new one is written to a file that only one process of a run can make. */
function takeOver(path: string, sidecar: Sidecar): boolean {
  if (earlierRun(path, sidecar.run) === undefined) return false;

  const lock = lockOf(path, sidecar.run);
  if (!createFile(lock, sidecar)) return false;
  // Another process of this run may have been quicker between the look and the lock.
  const isOurs = earlierRun(path, sidecar.run) !== undefined;
  if (isOurs) renameSync(lock, path);
  else rmSync(lock);
  return isOurs;
}

/** Only one process of `run` can make it at a time. */
function lockOf(path: string, run: string): string {
  return `${path}.${nodeCrypto().createHash('sha256').update(run).digest('hex').slice(0, 8)}.lock`;
}

/** The sidecar at `path` if another run than `run` has left it. */
function earlierRun(path: string, run: string): Sidecar | undefined {
  const found = readSidecar(path);
  return found === undefined || found.run === run || goesOnElsewhere(found.run, run) ? undefined : found;
}

function createFile(path: string, sidecar: Sidecar): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(file, `${JSON.stringify(sidecar, undefined, 2)}\n`);
    return true;
  } finally {
    closeSync(file);
  }
}
