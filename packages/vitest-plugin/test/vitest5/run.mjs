// Runs this package's tests with Vitest 5 in the fixture projects: `pnpm run test:vitest5`, which brings a Node.js 24.

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const packageFolder = path.join(here, '../..');
const cache = path.join(packageFolder, 'node_modules/.cache/vitest5');
const modules = path.join(cache, 'node_modules');

mkdirSync(cache, { recursive: true });
cpSync(path.join(here, 'package.json'), path.join(cache, 'package.json'));
const isInstalled = existsSync(path.join(modules, 'vitest/vitest.mjs'));
if (!isInstalled) {
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: cache, stdio: 'inherit' });
}

// A copy, not a link: what it imports as `vitest` has to be the one beside it.
const copy = path.join(modules, 'vitest-plugin-socket-wrapper');
rmSync(copy, { recursive: true, force: true });
for (const part of ['dist', 'package.json'])
  cpSync(path.join(packageFolder, part), path.join(copy, part), { recursive: true });
mkdirSync(path.join(modules, '@socket-wrapper'), { recursive: true });
for (const sibling of ['core', 'preload']) {
  const link = path.join(modules, '@socket-wrapper', sibling);
  rmSync(link, { force: true });
  symlinkSync(path.join(packageFolder, '..', sibling), link);
}

const tests = ['test/outcomes.test.ts', 'test/shapes.test.ts', 'test/plugin.test.ts'];
const vitest = path.join(packageFolder, 'node_modules/vitest/vitest.mjs');
// `.ci/run` counts the tests in this folder's reports.
const reports = process.env.TEST_REPORTS;
const reporters =
  reports === undefined
    ? []
    : ['--reporter=default', '--reporter=json', `--outputFile.json=${path.join(reports, 'vitest5.json')}`];
execFileSync(process.execPath, [vitest, 'run', ...tests, ...reporters, ...process.argv.slice(2)], {
  cwd: packageFolder,
  env: { ...process.env, VITEST_UNDER_TEST: modules },
  stdio: 'inherit',
});
