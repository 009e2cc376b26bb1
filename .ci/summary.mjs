/**
 * Counts the tests in all reports that Vitest's JSON reporter has left in a folder, and prints `N passed, N failed, N skipped`.
 *
 *     node .ci/summary.mjs FOLDER [FAILED-COMMANDS]
 *
 * A command that failed although no test in a report did, such as a file that cannot be loaded or a finding of the linter,
 * counts as one failed test. So does a missing report. The exit code is 1 unless nothing failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.', failedCommands = '0'] = process.argv.slice(2);
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

const sum = (count) => reports.reduce((total, report) => total + count(report), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
const failedTests = sum(({ numFailedTests, success }) => numFailedTests || (success ? 0 : 1));
const failed = reports.length === 0 ? 1 : Math.max(failedTests, Number(failedCommands));

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
