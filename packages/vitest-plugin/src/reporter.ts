/** The reporter of the plugin: lists the captures that the run has left behind, and how to open them. */

import { appendFileSync } from 'node:fs';
import { keptCaptures, removeKeptCaptures, summaryPage, terminalList } from '@socket-wrapper/core';
import type { Reporter, TestCase, Vitest } from 'vitest/node';
import { logAttachments } from './attachment-log.js';

/** See the top of this file; the plugin tells it where captures go. */
export default class SocketWrapperReporter implements Reporter {
  readonly #outputDir: string;
  #vitest: Vitest | undefined;
  #isFirstRun = true;
  #startedAt = new Date();

  constructor({ outputDir }: { readonly outputDir: string }) {
    this.#outputDir = outputDir;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunStart(): void {
    this.#startedAt = new Date();
    // The watch mode runs again only what is affected: what other tests have left is still true.
    if (this.#isFirstRun) removeKeptCaptures(this.#outputDir);
    this.#isFirstRun = false;
  }

  onTestCaseResult(testCase: TestCase): void {
    logAttachments(testCase);
  }

  onTestRunEnd(): void {
    const captures = keptCaptures(this.#outputDir, { since: this.#startedAt });
    if (captures.length === 0) return;

    this.#vitest?.logger.log(terminalList(captures));
    const summaryFile = process.env.GITHUB_STEP_SUMMARY;
    if (summaryFile) appendFileSync(summaryFile, summaryPage(captures));
  }
}
