/**
 * Names captures in the form that GitLab and Jenkins take from a JUnit report: `[[ATTACHMENT|path]]` on a line of its own
 * in the test case's output. Vitest's JUnit reporter writes the attachments of annotations nowhere.
 */

import path from 'node:path';
import type { TestCase } from 'vitest/node';

/** The part of Vitest's internal task that its JUnit reporter prints. */
interface LoggedTask {
  logs?: { type: 'stdout'; content: string; taskId: string; time: number; size: number }[];
}

/** Puts the captures of `testCase` into its output as reports see it; the terminal does not show it. */
export function logAttachments(testCase: TestCase): void {
  const { task } = testCase as unknown as { task?: LoggedTask };
  if (task === undefined) return;

  for (const { path: file } of testCase.meta().networkCaptures ?? []) {
    const content = `[[ATTACHMENT|${attachmentPath(file)}]]\n`;
    task.logs ??= [];
    task.logs.push({ type: 'stdout', content, taskId: testCase.id, time: Date.now(), size: content.length });
  }
}

/** Jenkins wants the absolute path, GitLab one from the root of the checkout. */
function attachmentPath(file: string): string {
  if (process.env.JENKINS_URL) return file;
  return path.relative(process.env.CI_PROJECT_DIR ?? process.cwd(), file);
}
