/**
 * The captures in an output directory: found by their sidecars, so that other files there are left alone.
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { goesOnElsewhere, isOwnRun, newRunKey } from './run-key.js';
import { readSidecar, SIDECAR_ENDING, type Sidecar } from './sidecar.js';

/** A kept capture: what its sidecar says, and where it is. */
export interface KeptCapture extends Sidecar {
  /** The absolute path of the `.pcapng` or `.pcapng.gz` file. */
  readonly path: string;
  /** The absolute path of the `.json` file beside it. */
  readonly sidecarPath: string;
}

/** Which captures {@link keptCaptures} lists. */
export interface KeptCapturesOptions {
  /** Only those of tests that started then or later. Default: all. */
  readonly since?: Date;
  /** Only those of runs of this process, for a reporter beside which others may run. Default: false. */
  readonly onlyOwn?: boolean;
}

/**
 * The captures in `outputDir`, in the order in which their tests started; none when there is no such directory.
 */
export function keptCaptures(outputDir: string, { since, onlyOwn = false }: KeptCapturesOptions = {}): KeptCapture[] {
  const directory = resolve(outputDir);
  return namesIn(directory)
    .filter((name) => name.endsWith(SIDECAR_ENDING))
    .flatMap((name) => {
      const sidecarPath = join(directory, name);
      const sidecar = readSidecar(sidecarPath);
      if (sidecar === undefined || (since !== undefined && sidecar.startedAt < since.toISOString())) return [];
      if (onlyOwn && !isOwnRun(sidecar.run)) return [];
      // The name of a file beside the sidecar, whatever the sidecar says.
      return [{ ...sidecar, path: join(directory, basename(sidecar.capture)), sidecarPath }];
    })
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.path.localeCompare(b.path));
}

/**
 * Removes the captures in `outputDir` with their sidecars: those of earlier runs, when a run begins. Those of a run that goes on
 * in another process, such as another shard, stay.
 */
export function removeKeptCaptures(outputDir: string): void {
  const ours = newRunKey();
  for (const { run, path, sidecarPath } of keptCaptures(outputDir)) {
    if (goesOnElsewhere(run, ours)) continue;
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
