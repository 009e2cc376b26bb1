/** Compiles the programs of this folder, and the sandbox that they run in, into `build/`. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler } from '../packages/preload/native/compiler.mjs';

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url));
const SANDBOX_SOURCE = fileURLToPath(new URL('../packages/preload/native/test/sandbox.c', import.meta.url));
const SHARED = ['bench.c', 'bench.h'].map((file) => join(PROGRAMS, file));
const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE=', '-O2', '-Wall', '-Wextra', '-Werror'];

export const BUILD = fileURLToPath(new URL('build', import.meta.url));
/** Runs a program in a network namespace with a loopback of its own: `sandbox up PROGRAM ARGUMENT…`. */
export const SANDBOX = join(BUILD, 'sandbox');

/** Programs that are newer than their sources are kept. */
export function compileAll() {
  mkdirSync(BUILD, { recursive: true });
  const programs = readdirSync(PROGRAMS)
    .filter((file) => file.endsWith('.c') && file !== 'bench.c')
    .map((file) => ({ output: join(BUILD, basename(file, '.c')), sources: [join(PROGRAMS, file), ...SHARED] }));
  const stale = [...programs, { output: SANDBOX, sources: [SANDBOX_SOURCE] }].filter(isStale);
  if (stale.length === 0) return;

  const [command, ...first] = findCompiler();
  for (const { output, sources } of stale) {
    const inputs = sources.filter((source) => source.endsWith('.c'));
    execFileSync(command, [...first, ...FLAGS, '-o', output, ...inputs], { stdio: 'inherit' });
  }
}

function isStale({ output, sources }) {
  return !existsSync(output) || sources.some((source) => statSync(source).mtimeMs >= statSync(output).mtimeMs);
}
