// Runs the tests of the test process as a host under other versions of Node.js, official builds from the npm registry:
//
//     pnpm test:nodes           22, 24 and 26
//     pnpm test:nodes 24        this one alone

import { spawnSync } from 'node:child_process';
import path from 'node:path';

const VERSIONS = ['22', '24', '26'];

const packageFolder = path.join(import.meta.dirname, '..');
const vitest = path.join(packageFolder, '../../node_modules/vitest/vitest.mjs');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--');
// `.ci/run` counts the tests in this folder's reports.
const reports = process.env.TEST_REPORTS;

const lines = (wanted.length === 0 ? VERSIONS : wanted).map((version) => {
  console.log(`\n== Node.js ${version}`);
  const reporters =
    reports === undefined
      ? []
      : ['--reporter=default', '--reporter=json', `--outputFile.json=${path.join(reports, `node-${version}.json`)}`];
  const command = [vitest, 'run', 'test/attach/', ...reporters].map((word) => `'${word}'`);
  const { status } = spawnSync('npx', ['-y', '-p', `node@${version}`, '-c', `node -v && node ${command.join(' ')}`], {
    cwd: packageFolder,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
  return `${status === 0 ? 'ok    ' : 'FAILED'}  Node.js ${version}`;
});
console.log(`\n${lines.join('\n')}`);
