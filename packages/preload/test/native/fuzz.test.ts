/** Gives every fuzz target of the native modules a short run; SOCKET_WRAPPER_TEST_FUZZ_SECONDS makes it a long one. */
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { cFilesNamed, compileModules, compileTest, FUZZING } from './support/modules.js';
import { withDirectory } from './support/run.js';

const SECONDS = Number(process.env.SOCKET_WRAPPER_TEST_FUZZ_SECONDS ?? 2);
const TARGETS = await cFilesNamed('fuzz_');

let objects: string[] | undefined;
beforeAll(async () => {
  const { failed } = await execa('clang', ['--version'], { reject: false });
  if (!failed) objects = await compileModules(FUZZING);
}, 300_000);

describe.each(TARGETS)('%s', (target) => {
  it('finds no input that breaks a reader', { timeout: 60_000 + SECONDS * 1000 }, async (context) => {
    requireProgram('clang', context);
    const executable = await compileTest(FUZZING, target, objects ?? [], ['-fsanitize=fuzzer']);
    await withDirectory(async (directory) => {
      const args = [`-max_total_time=${SECONDS}`, '-timeout=10', '-rss_limit_mb=0'];
      const result = await execa(executable, args, { cwd: directory, all: true, reject: false });
      expect(result.exitCode, result.all).toBe(0);
    });
  });
});
