/**
 * Every source of the native library is clean under the compilers that it is not built with by default: what one of them warns
 * of is often what the other libc or compiler breaks on. `build.mjs` itself stops at gcc's warnings.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { NATIVE } from './support/paths.js';

const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-pthread'];
const ATTACHED = ['-include', join(NATIVE, 'attach', 'libc.h')];

/** Debian's musl-gcc knows no header of the kernel, which are the same for every libc: they come last. */
const KERNEL_HEADERS = ['/usr/include', `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`];
const COMPILERS = [
  { name: 'clang and glibc', compiler: 'clang', flags: [] },
  { name: 'gcc and musl', compiler: 'musl-gcc', flags: KERNEL_HEADERS.flatMap((folder) => ['-idirafter', folder]) },
];

describe.each(COMPILERS)('$name', ({ compiler, flags }) => {
  it.for([
    {
      part: 'the library',
      folders: ['base', 'state', 'sockets', 'capture', 'names', 'listing', 'programs', 'interpose'],
      more: [],
    },
    { part: 'the addon', folders: ['attach'], more: ATTACHED },
    { part: 'the janitor', folders: ['janitor'], more: [] },
    { part: 'the no-op library', folders: ['noop'], more: [] },
  ])('finds nothing to warn of in $part', { timeout: 120_000 }, async ({ folders, more }, context) => {
    requireProgram(compiler, context);
    const sources = (await Promise.all(folders.map(sourcesIn))).flat();
    const result = await execa(compiler, [...FLAGS, `-I${NATIVE}`, ...flags, ...more, ...sources], { reject: false });
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(0);
  });
});

async function sourcesIn(folder: string): Promise<string[]> {
  const files = await readdir(join(NATIVE, folder));
  return files.filter((file) => file.endsWith('.c')).map((file) => join(NATIVE, folder, file));
}
