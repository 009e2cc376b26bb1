/**
 * `jest-environment-socket-wrapper/reporter`: lists the captures that the run has left behind, and how to open them.
 *
 * The error of a failed test names its capture even without this reporter, as the command line may replace it.
 */

import { appendFileSync } from 'node:fs';
import type { NetworkDefaults } from './network-use.js';
import { resolveOutputDir } from './output-dir-option.js';

/** A test file as Jest tells its reporters of it; the options are those of the file's project. */
interface TestFile {
  readonly context: { readonly config: { readonly testEnvironmentOptions: { readonly network?: NetworkDefaults } } };
}

/** See the top of this file. Jest keeps one for all runs of its watch mode. */
export class SocketWrapperReporter {
  readonly #rootDir: string;
  readonly #outputDirs = new Set<string>();
  #core: typeof import('@socket-wrapper/core', { with: { 'resolution-mode': 'import' }}) | undefined;
  #startedAt = new Date();

  constructor({ rootDir }: { readonly rootDir: string }) {
    this.#rootDir = rootDir;
  }

  async onRunStart(): Promise<void> {
    this.#core = await import('@socket-wrapper/core');
    this.#startedAt = new Date();
  }

  onTestFileStart({ context }: TestFile): void {
    const { network } = context.config.testEnvironmentOptions;
    const outputDir = resolveOutputDir(this.#rootDir, network?.outputDir);
    if (this.#core === undefined || this.#outputDirs.has(outputDir)) return;

    // Once only: the watch mode runs again what is affected, and what other tests have left is still true.
    this.#core.removeKeptCaptures(outputDir);
    this.#outputDirs.add(outputDir);
  }

  onRunComplete(): void {
    if (this.#core === undefined) return;
    const { keptCaptures, summaryPage, terminalList } = this.#core;
    const since = this.#startedAt;
    const captures = [...this.#outputDirs].flatMap((dir) => keptCaptures(dir, { since }));
    if (captures.length === 0) return;

    process.stderr.write(`${terminalList(captures)}\n`);
    const summaryFile = process.env.GITHUB_STEP_SUMMARY;
    if (summaryFile) appendFileSync(summaryFile, summaryPage(captures));
  }
}

export default SocketWrapperReporter;
