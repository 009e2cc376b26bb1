/** What tests need of the machine they run on. */

import { spawnSync } from 'node:child_process';

/** Skips the test where one of the programs is not installed; on CI, where all of them are, that is a failure. */
export function requirePrograms(names: readonly string[], { skip }: { skip: (note?: string) => void }): void {
  const isMissing = (name: string) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status !== 0;
  const missing = names.filter(isMissing);
  if (missing.length === 0) return;
  if (process.env.CI) throw new Error(`not installed: ${missing.join(', ')}`);
  skip(`not installed: ${missing.join(', ')}`);
}
