// Runs when the job is over, whatever became of it: uploads what the tests have left behind.

import { relative } from 'node:path';
import { uploadArtifact } from './lib/artifact-service.js';
import { capturesIn } from './lib/captures.js';
import { annotationOf, countOf, summaryOf } from './lib/report.js';
import { addSummary, command, input, isOn, state } from './lib/workflow.js';
import { zip } from './lib/zip.js';

try {
  const directories = input('path')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const captures = capturesIn(directories, state('startedAt'));
  if (captures.length === 0) {
    console.log(`No test has left a network capture in ${directories.join(', ')}`);
  } else {
    await report(captures);
  }
} catch (error) {
  // The job is not to fail for what its tests have left.
  command('warning', { title: 'Network captures' }, `The captures were not uploaded: ${error.message}`);
}

/** @param {import('./lib/captures.js').Capture[]} captures */
async function report(captures) {
  if (isOn('annotations')) for (const capture of captures) command('notice', ...annotationOf(capture));
  const files = captures.flatMap(({ files }) => files);
  const archive = zip(
    files.map(({ path, bytes }) => ({ name: relative(process.cwd(), path).replace(/^(\.\.\/)+/, ''), bytes })),
  );
  const name = input('name');
  const id = await uploadArtifact({ name, archive, retentionDays: Number(input('retention-days')) });
  console.log(`Uploaded ${countOf(captures)} as artifact ${name} (${id})`);
  addSummary(summaryOf(captures, { name, id, hasText: isOn('summary') }));
}
