/** Has Vitest's JUnit reporter name captures: it writes the attachments of annotations nowhere. */

import { attachmentLine } from '@socket-wrapper/core';
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
    const content = `${attachmentLine(file)}\n`;
    task.logs ??= [];
    // In merged reports, the run that made the blob may have done this.
    if (task.logs.some((log) => log.content === content)) continue;
    task.logs.push({ type: 'stdout', content, taskId: testCase.id, time: Date.now(), size: content.length });
  }
}
