/**
 * A program that asks the library is linked with the no-op library, as pkg-config and CMake describe it, and hears another
 * answer when the real one is preloaded.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { libraryPath } from '../../src/index.js';
import { makeFolder, requireProgram } from '../support/programs.js';

const run = promisify(execFile);
const BUILT = fileURLToPath(new URL('../../dist/native/', import.meta.url));
const SOURCES = fileURLToPath(new URL('../../native/test/noop/', import.meta.url));

async function ask(program: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await run(program, [], { env: { ...process.env, LD_LIBRARY_PATH: BUILT, ...env } });
  return stdout.trim();
}

async function expectBothAnswers(program: string): Promise<void> {
  await using network = await makeFolder('noop-network-');
  expect(await ask(program, {})).toBe('plain');
  expect(await ask(program, { LD_PRELOAD: libraryPath() })).toBe('plain');
  expect(await ask(program, { LD_PRELOAD: libraryPath(), SOCKET_WRAPPER_DIR: network.path })).toBe('redirected');
}

it('answers a program that pkg-config helped to compile', async (context) => {
  requireProgram('cc', context);
  requireProgram('pkg-config', context);
  await using folder = await makeFolder('noop-');
  const program = join(folder.path, 'asks');
  const { stdout } = await run('pkg-config', ['--cflags', '--libs', 'socket_wrapper_noop'], {
    env: { ...process.env, PKG_CONFIG_PATH: BUILT },
  });
  await run('cc', ['-Wall', '-Werror', join(SOURCES, 'asks.c'), '-o', program, ...stdout.trim().split(/\s+/)]);
  await expectBothAnswers(program);
});

it('answers a program that CMake built', async (context) => {
  requireProgram('cmake', context);
  await using folder = await makeFolder('noop-');
  await run('cmake', ['-S', SOURCES, '-B', folder.path, `-DCMAKE_PREFIX_PATH=${BUILT}`]);
  await run('cmake', ['--build', folder.path]);
  await expectBothAnswers(join(folder.path, 'asks'));
});
