/**
 * `jest-environment-socket-wrapper/reporter`: lists the captures that the run has left behind, and how to open them.
 *
 * The error of a failed test names its capture even without this reporter, as the command line may replace it.
 */

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeptCapture } from '@socket-wrapper/core' with { 'resolution-mode': 'import' };
import type { NetworkDefaults } from './network-use.js';
import { resolveOutputDir } from './output-dir-option.js';

/** A test file as Jest tells its reporters of it; the options are those of the file's project. */
interface TestFile {
  readonly context: { readonly config: { readonly testEnvironmentOptions: { readonly network?: NetworkDefaults } } };
}

/** What the reporter takes, behind its name in Jest's configuration. */
export interface ReporterOptions {
  /**
   * The report of jest-junit, from Jest's root directory: captures are named in it as GitLab and Jenkins want it. This reporter
   * must stand behind jest-junit. Default: none.
   */
  readonly junit?: string;
}

/** See the top of this file. Jest keeps one for all runs of its watch mode. */
export class SocketWrapperReporter {
  readonly #rootDir: string;
  readonly #junit: string | undefined;
  readonly #outputDirs = new Set<string>();
  #core: typeof import('@socket-wrapper/core', { with: { 'resolution-mode': 'import' }}) | undefined;
  #startedAt = new Date();

  constructor({ rootDir }: { readonly rootDir: string }, { junit }: ReporterOptions = {}) {
    this.#rootDir = rootDir;
    this.#junit = junit === undefined ? undefined : path.resolve(rootDir, junit);
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
    const captures = [...this.#outputDirs].flatMap((dir) => keptCaptures(dir, { since, onlyOwn: true }));
    if (captures.length === 0) return;
    this.#attach(captures);

    process.stderr.write(`${terminalList(captures)}\n`);
    const summaryFile = process.env.GITHUB_STEP_SUMMARY;
    if (summaryFile) appendFileSync(summaryFile, summaryPage(captures));
  }

  #attach(captures: readonly KeptCapture[]): void {
    if (this.#core === undefined || this.#junit === undefined) return;
    if (existsSync(this.#junit)) {
      writeFileSync(this.#junit, this.#core.withAttachments(readFileSync(this.#junit, 'utf8'), captures));
      return;
    }
    process.stderr.write(
      `jest-environment-socket-wrapper/reporter: cannot name captures in ${this.#junit}: it does not exist. ` +
        'Name the file that jest-junit writes, and list this reporter behind jest-junit\n',
    );
  }
}

export default SocketWrapperReporter;
