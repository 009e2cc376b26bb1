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
    // The runs whose reports are merged are over, and others have brought their captures here.
    this.#startedAt = this.#isMerging ? new Date(0) : new Date();
    if (this.#isMerging) return;
    // The watch mode runs again only what is affected: what other tests have left is still true.
    if (this.#isFirstRun) removeKeptCaptures(this.#outputDir);
    this.#isFirstRun = false;
  }

  onTestCaseResult(testCase: TestCase): void {
    // A merged report prints all that a blob says was printed; it is merged with this reporter again.
    if (!this.#isForMerging) logAttachments(testCase);
  }

  onTestRunEnd(): void {
    const captures = keptCaptures(this.#outputDir, { since: this.#startedAt, onlyOwn: !this.#isMerging });
    if (captures.length === 0) return;

    this.#vitest?.logger.log(terminalList(captures));
    const summaryFile = process.env.GITHUB_STEP_SUMMARY;
    if (summaryFile) appendFileSync(summaryFile, summaryPage(captures));
  }

  /** Whether Vitest runs no tests, but makes one report of those of other runs. */
  get #isMerging(): boolean {
    return this.#vitest?.config.mergeReports !== undefined;
  }

  /** Whether the only report of this run that could name captures is one to be merged. */
  get #isForMerging(): boolean {
    const names = this.#vitest?.config.reporters.map((reporter) => (Array.isArray(reporter) ? reporter[0] : reporter));
    return names?.includes('blob') === true && !names.includes('junit');
  }
}
