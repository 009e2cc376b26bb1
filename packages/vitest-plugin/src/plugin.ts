/** The Vitest plugin: a network for every test of a project without a line in the test files, and a report at the end. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newRunKey } from '@socket-wrapper/core';
import { assertScopeOptions } from '@socket-wrapper/preload';
import type { Plugin } from 'vitest/config';
import type { Vitest } from 'vitest/node';
import type { NetworkDefaults } from './options.js';

/** What `socketWrapper()` takes: the defaults of every `useNetwork()` in the project. */
export type SocketWrapperOptions = NetworkDefaults;

const SETUP_FILE = fileURLToPath(new URL('./setup.js', import.meta.url));

/** What the projects of a Vitest do when a run begins: they have one run together, or the captures of one would replace another's. */
const startsOf = new WeakMap<Vitest, { run: string; readonly starts: ((run: string) => void)[] }>();

const REPORTER_FILE = fileURLToPath(new URL('./reporter.js', import.meta.url));

/**
 * Sets up a network for every test - `useNetwork()` then works inside a test too - and lists the captures of failed
 * tests when the run ends.
 *
 * All sockets of the tests are on their networks; nothing is made until a test uses its own. Without the plugin, `useNetwork()` and the fixture are complete in
 * themselves; what it adds are the defaults in one place, the list, GitHub's step summary and a clean output directory.
 *
 * @example
 * export default defineConfig({ plugins: [socketWrapper({ capture: 'on-first-retry' })] });
 */
export default function socketWrapper(options: SocketWrapperOptions = {}): Plugin {
  assertScopeOptions(options);
  return {
    name: 'vitest:socket-wrapper',
    config: () => ({ test: { setupFiles: [SETUP_FILE] } }),
    configureVitest({ vitest, project }) {
      // Vitest 5 gives projects the plugins of the root that they extend, and does not ask these for their configuration again.
      const { setupFiles } = project.config;
      if (!setupFiles.includes(SETUP_FILE)) setupFiles.unshift(SETUP_FILE);
      const rootDir = options.rootDir ?? vitest.config.root;
      const outputDir = path.resolve(rootDir, options.outputDir ?? 'test-results/socket-wrapper');
      const startRun = (run: string) => project.provide('socketWrapper', { ...options, rootDir, outputDir, run });
      joinRuns(vitest, startRun);

      // Called once per project, while there is one list of reporters.
      const { reporters } = vitest.config;
      const isListed = reporters.some((reporter) => Array.isArray(reporter) && reporter[0] === REPORTER_FILE);
      if (!isListed) reporters.push([REPORTER_FILE, { outputDir }]);
    },
  };
}

/** Calls `start` for the run that begins now, and whenever the watch mode begins another one. */
function joinRuns(vitest: Vitest, start: (run: string) => void): void {
  let runs = startsOf.get(vitest);
  if (runs === undefined) {
    const made = { run: newRunKey(), starts: [] as ((run: string) => void)[] };
    vitest.onTestsRerun(() => {
      made.run = newRunKey();
      for (const each of made.starts) each(made.run);
    });
    startsOf.set(vitest, made);
    runs = made;
  }
  runs.starts.push(start);
  start(runs.run);
}
