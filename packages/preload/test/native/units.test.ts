/** Runs the unit tests of the native modules: plain, under ASan and UBSan, and under TSan. */
import { execa } from 'execa';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled, requireProgram } from '../support/programs.js';
import { cFilesNamed, compileModules, compileTest, VARIANTS } from './support/modules.js';
import { withDirectory } from './support/run.js';

const tests = await cFilesNamed('test_');

describe.each(VARIANTS)('compiled $name', (variant) => {
  let objects: string[];
  beforeAll(async () => {
    if (isInstalled('cc')) objects = await compileModules(variant);
  }, 300_000);

  beforeEach((context) => requireProgram('cc', context));

  it.each(tests)('%s finds nothing wrong', { timeout: 120_000 }, async (name) => {
    const executable = await compileTest(variant, name, objects);
    await withDirectory(async (directory) => {
      /* TSan knows fixed places in memory only: addresses must not be random. */
      const result = await execa('setarch', ['-R', executable], { cwd: directory, all: true, reject: false });
      const complaints = result.all.split('\n').filter((line) => !/^(ok|1\.\.)/.test(line));
      expect(complaints).toEqual([]);
      expect(result.exitCode).toBe(0);
    });
  });
});
