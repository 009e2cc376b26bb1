/** What tests need of the machine they run on. */

import { spawnSync } from 'node:child_process';

/** Skips the test where one of the programs is not installed; on CI, where all of them are, that is a failure. */
export function requirePrograms(names: readonly string[], { skip }: { skip: (note?: string) => void }): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.env.CI) throw new Error(`not installed: ${missing.join(', ')}`);
  skip(`not installed: ${missing.join(', ')}`);
}

/** Whether the program is in PATH. */
export function isInstalled(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' }).status === 0;
}
