/** A library that was loaded with RTLD_DEEPBIND, as PHP does with its extensions, prefers libc's functions to all others. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeFolder, requireProgram } from '../support/programs.js';
import { hasNamespaces, runBare, runRedirected } from './support/run.js';

const compile = promisify(execFile);
const SOURCES = fileURLToPath(new URL('../../native/test/deepbind/', import.meta.url));

it('redirects libraries loaded with RTLD_DEEPBIND, found where their caller says', async (context) => {
  requireProgram('cc', context);
  if (!(await hasNamespaces())) context.skip();
  await using folder = await makeFolder('deepbind-');
  const library = join(folder.path, 'libconnects.so');
  const program = join(folder.path, 'loads');
  await compile('cc', ['-Wall', '-Werror', '-shared', '-fPIC', join(SOURCES, 'connects.c'), '-o', library]);
  const runPath = '-Wl,-rpath,$ORIGIN,--enable-new-dtags';
  await compile('cc', ['-Wall', '-Werror', join(SOURCES, 'loads.c'), '-o', program, runPath, '-ldl']);

  const bare = await runBare(program);
  expect(bare).toEqual({ lines: ['connect: ECONNREFUSED'], ending: '' });
  expect(await runRedirected(program)).toEqual(bare);
});
