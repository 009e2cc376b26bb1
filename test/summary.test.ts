/** The last line of `.ci/run`. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../.ci/summary.mjs', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'summary-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function report(name: string, { passed = 0, failed = 0, skipped = 0, success = true }) {
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 };
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ ...counts, success }));
}

async function summary(failedCommands: number) {
  const { stdout, exitCode } = await execa(process.execPath, [SCRIPT, folder, `${failedCommands}`], { reject: false });
  return { stdout, exitCode };
}

it('adds up the tests of all reports', async () => {
  await report('one', { passed: 5, skipped: 1 });
  await report('two', { passed: 7, skipped: 2 });
  expect(await summary(0)).toEqual({ stdout: '12 passed, 0 failed, 3 skipped', exitCode: 0 });
});

it('fails when a test has failed', async () => {
  await report('one', { passed: 5, failed: 2, success: false });
  expect(await summary(1)).toEqual({ stdout: '5 passed, 2 failed, 0 skipped', exitCode: 1 });
});

it('says which tests have failed, and why', async () => {
  const assertionResults = [
    { status: 'passed', fullName: 'a server answers', failureMessages: [] },
    {
      status: 'failed',
      fullName: 'a server stops',
      failureMessages: ['Error: still there\n    at server.test.ts:7:9'],
    },
  ];
  const testResults = [
    { name: join(process.cwd(), 'test/server.test.ts'), assertionResults, message: '' },
    { name: join(process.cwd(), 'test/broken.test.ts'), assertionResults: [], message: 'Unexpected token' },
  ];
  const counts = { numPassedTests: 1, numFailedTests: 2, numPendingTests: 0, numTodoTests: 0, success: false };
  await writeFile(join(folder, 'one.json'), JSON.stringify({ ...counts, testResults }));
  expect((await summary(1)).stdout.split('\n')).toEqual([
    'FAILED test/server.test.ts > a server stops',
    '    Error: still there',
    '        at server.test.ts:7:9',
    'FAILED test/broken.test.ts > could not be run',
    '    Unexpected token',
    '1 passed, 2 failed, 0 skipped',
  ]);
});

it('counts a file that could not be loaded as a failed test', async () => {
  await report('one', { passed: 5, success: false });
  expect(await summary(1)).toEqual({ stdout: '5 passed, 1 failed, 0 skipped', exitCode: 1 });
});

it('counts a command that failed without a test, such as the linter', async () => {
  await report('one', { passed: 5 });
  expect(await summary(1)).toEqual({ stdout: '5 passed, 1 failed, 0 skipped', exitCode: 1 });
});

it('fails when there is no report at all', async () => {
  expect(await summary(0)).toEqual({ stdout: '0 passed, 1 failed, 0 skipped', exitCode: 1 });
});
