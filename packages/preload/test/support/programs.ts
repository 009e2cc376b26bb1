/**
 * What tests need of the machine they run on: programs, a compiler, and a look at other processes.
 */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TestRunner, vi } from 'vitest';
import { isInstalled, requirePrograms } from '../../../../test/support/programs.js';

const run = promisify(execFile);

export { isInstalled };

/** Skips the test where a program is not installed; on CI, where all of them are, that is a failure. */
export function requireProgram(name: string, test: { skip: (note?: string) => void }): void {
  requirePrograms([name], test);
}

/** A directory of the test's own, gone at the end of the block that declares it. */
export async function makeFolder(prefix = 'preload-test-'): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Compiles `test/programs/NAME.c` to `output`. Skips the test that runs when there is no compiler. */
export async function compile(
  name: string,
  output: string,
  { compiler = 'cc', flags = [] as string[] } = {},
): Promise<string> {
  const test = TestRunner.getCurrentTest();
  if (test !== undefined) requireProgram(compiler, test.context);
  const source = fileURLToPath(new URL(`../programs/${name}.c`, import.meta.url));
  await run(compiler, [...flags, '-o', output, source]);
  return output;
}

/** Whether the process exists and has not ended. A zombie has. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'ZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

/** Resolves once none of the processes is alive, and fails after `withinMs`. */
export async function allEnded(pids: readonly number[], withinMs = 2000): Promise<void> {
  await vi.waitFor(
    () => {
      const left = pids.filter(isAlive);
      if (left.length > 0) throw new Error(`still alive after ${withinMs} ms: ${left.join(', ')}`);
    },
    { timeout: withinMs, interval: 20 },
  );
}
