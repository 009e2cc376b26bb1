/**
 * The library stands in front of exactly the functions of `native/exported-symbols.txt`: nothing of its inside leaks out, and nothing that programs
 * rely on is lost. A function that is added or removed on purpose is added to or removed from the list.
 */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { libraryPath } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';

const run = promisify(execFile);

it('exports the functions of the list and no others', async (context) => {
  requireProgram('nm', context);
  const { stdout } = await run('nm', ['--dynamic', '--defined-only', libraryPath()]);
  const exported = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-1));
  const listed = await readFile(new URL('../../native/exported-symbols.txt', import.meta.url), 'utf8');
  expect(exported.toSorted()).toEqual(listed.trim().split('\n').toSorted());
});
