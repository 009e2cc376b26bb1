/** Brings the native library and the C parts of the tests up to date, once, before the first test. */
import { join } from 'node:path';
import { execa } from 'execa';
import { isInstalled } from '../../support/programs.js';
import { compilePrograms } from './compile.js';
import { NATIVE } from './paths.js';

export default async function setup(): Promise<void> {
  await execa(process.execPath, [join(NATIVE, 'build.mjs')]);
  // Tests that use the C parts are skipped where nothing can compile them, and fail on CI.
  if (isInstalled('cc')) await compilePrograms();
}
