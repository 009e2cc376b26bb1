/** The captures in an output directory: found by their sidecars, so that other files there are left alone. */

import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { readSidecar, Sidecar } from '@socket-wrapper/core' with { 'resolution-mode': 'import' };

/** Core's reader of sidecars: this package is CommonJS and can only be handed it. */
type ReadSidecar = typeof readSidecar;

/** A kept capture: what its sidecar says, and where it is. */
export interface Capture extends Sidecar {
  /** The absolute path of the pcapng file. */
  readonly path: string;
}

/** The captures in `outputDir` whose tests have started `since` then, in the order of their starts. */
export function readCaptures(outputDir: string, since: Date, read: ReadSidecar): Capture[] {
  return sidecarsIn(outputDir, read)
    .map(({ sidecar }) => ({ ...sidecar, path: path.join(outputDir, sidecar.capture) }))
    .filter(({ startedAt }) => startedAt >= since.toISOString())
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** Removes the captures of earlier runs, which would be taken for those of the run that begins. */
export function removeCaptures(outputDir: string, read: ReadSidecar): void {
  for (const { file, sidecar } of sidecarsIn(outputDir, read)) {
    rmSync(path.join(outputDir, path.basename(sidecar.capture)), { force: true });
    rmSync(file, { force: true });
  }
}

function sidecarsIn(outputDir: string, read: ReadSidecar): { file: string; sidecar: Sidecar }[] {
  return namesIn(outputDir)
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(outputDir, name))
    .flatMap((file) => {
      const sidecar = read(file);
      return sidecar === undefined ? [] : [{ file, sidecar }];
    });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
