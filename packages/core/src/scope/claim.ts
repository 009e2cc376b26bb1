/**
 * Gives each artifact a name that no other one of the same run has, whichever worker process asks.
 *
 * The sidecar is the claim: it is created exclusively, and holds the run it belongs to. One of an earlier run is
 * replaced, so that the directory does not grow from run to run.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Replaces the sidecar of an earlier run. The new one is written to a file that only one process of a run can make. */
function takeOver(path: string, sidecar: Sidecar): boolean {
  if (!isOfEarlierRun(path, sidecar)) return false;

  const lock = `${path}.${createHash('sha256').update(sidecar.run).digest('hex').slice(0, 8)}.lock`;
  if (!createFile(lock, sidecar)) return false;
  // Another process of this run may have been quicker between the look and the lock.
  const isOurs = isOfEarlierRun(path, sidecar);
  if (isOurs) renameSync(lock, path);
  else rmSync(lock);
  return isOurs;
}

function isOfEarlierRun(path: string, { run }: Sidecar): boolean {
  const found = readSidecar(path);
  return found !== undefined && found.run !== run;
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
