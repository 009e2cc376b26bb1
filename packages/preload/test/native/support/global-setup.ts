/** Brings the native library and the C parts of the tests up to date, once, before the first test. */
import { join } from 'node:path';
import { execa } from 'execa';
import { compilePrograms } from './compile.js';
import { NATIVE } from './paths.js';

export default async function setup(): Promise<void> {
  await execa(process.execPath, [join(NATIVE, 'build.mjs')]);
  await compilePrograms();
}
