/**
 * Counts the tests in all reports that Vitest's JSON reporter has left in a folder, and prints `N passed, N failed, N skipped`.
 * In front of that are the failed ones by name, for a long log is often seen by its end alone.
 *
 *     node .ci/summary.mjs FOLDER [FAILED-COMMANDS]
 *
 * A command that failed although no test in a report did, such as a file that cannot be loaded or a finding of the linter,
 * counts as one failed test. So does a missing report. The exit code is 1 unless nothing failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const LINES_OF_A_FAILURE = 6;

const [folder = '.', failedCommands = '0'] = process.argv.slice(2);
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
const failedTests = sum(({ numFailedTests, success }) => numFailedTests || (success ? 0 : 1));
const failed = reports.length === 0 ? 1 : Math.max(failedTests, Number(failedCommands));

const files = reports.flatMap(({ testResults = [] }) => testResults);
for (const { name: file, assertionResults, message } of files) {
  const failures = assertionResults.filter(({ status }) => status === 'failed');
  for (const { fullName, failureMessages } of failures)
    console.log(failure(file, fullName, failureMessages.join('\n')));
  if (message) console.log(failure(file, 'could not be run', message));
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

/** The name of what failed, and the first lines of why, without the runner's own calls. */
function failure(file, name, message) {
  const why = message.split('\n').filter((line) => !line.includes('/node_modules/'));
  const lines = why.slice(0, LINES_OF_A_FAILURE).map((line) => `    ${line}`);
  return [`FAILED ${relative('.', file)} > ${name}`, ...lines].join('\n');
}
