/**
 * The captures in an output directory: found by their sidecars, so that other files there are left alone.
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readSidecar, SIDECAR_ENDING, type Sidecar } from './sidecar.js';

/** A kept capture: what its sidecar says, and where it is. */
export interface KeptCapture extends Sidecar {
  /** The absolute path of the `.pcapng` or `.pcapng.gz` file. */
  readonly path: string;
  /** The absolute path of the `.json` file beside it. */
  readonly sidecarPath: string;
}

/**
 * The captures in `outputDir`, in the order in which their tests started; none when there is no such directory.
 *
 * With `since` only those of tests that started then or later: those of this run, for a reporter.
 */
export function keptCaptures(outputDir: string, { since }: { readonly since?: Date } = {}): KeptCapture[] {
  const directory = resolve(outputDir);
  return namesIn(directory)
    .filter((name) => name.endsWith(SIDECAR_ENDING))
    .flatMap((name) => {
      const sidecarPath = join(directory, name);
      const sidecar = readSidecar(sidecarPath);
      if (sidecar === undefined || (since !== undefined && sidecar.startedAt < since.toISOString())) return [];
      // The name of a file beside the sidecar, whatever the sidecar says.
      return [{ ...sidecar, path: join(directory, basename(sidecar.capture)), sidecarPath }];
    })
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.path.localeCompare(b.path));
}

/** Removes the captures in `outputDir` with their sidecars: those of earlier runs, when a run begins. */
export function removeKeptCaptures(outputDir: string): void {
  for (const { path, sidecarPath } of keptCaptures(outputDir)) {
    rmSync(path, { force: true });
    rmSync(sidecarPath, { force: true });
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
