/** Gives a describe block, or a file, one network for all its tests and its `beforeAll` and `afterAll`. */

import { appendTraffic, networkInUse } from '@socket-wrapper/core';
import { openScope } from '@socket-wrapper/preload';
import { aroundAll, aroundEach } from 'vitest';
import { attachCapture } from './annotation.js';
import { endScope } from './end-scope.js';
import { type NetworkDefaults, withDefaults } from './options.js';
import { watchOutcome } from './outcome.js';
import { projectOf } from './project.js';
import { nextAttempt, setOrigin } from './registry.js';
import type { AttemptContext } from './test-network.js';

/**
 * Registers hooks that open a scope around the enclosing describe block.
 *
 * The capture is whole only when the suite has ended, so the tests that failed get their annotation then: too late for
 * their error text, early enough for every report. In the text is what the network has seen until the test failed.
 */
export function registerSuiteNetwork(options: NetworkDefaults): void {
  const failed: AttemptContext[] = [];

  // Vitest reads the parameters from the source: the second one must be destructured.
  // biome-ignore lint/correctness/noEmptyPattern: the suite is the third parameter
  aroundAll(async (runSuite, {}, suite) => {
    const isFile = suite.file === suite;
    const identity = {
      file: suite.file.filepath,
      fullName: isFile ? '' : (suite.fullTestName ?? suite.name),
      ...projectOf(suite),
      attempt: nextAttempt(suite),
    };
    const allOptions = withDefaults(options);
    const scope = openScope(identity, allOptions);
    setOrigin(scope, { task: suite, options: allOptions });

    let hookError: unknown;
    try {
      await scope.run(runSuite);
    } catch (error) {
      hookError = error;
      throw error;
    } finally {
      const error = hookError ?? failed[0]?.task.result?.errors?.[0];
      const outcome = error === undefined ? 'passed' : 'failed';
      const { artifact, leaks } = await endScope(scope, outcome, { error });
      if (artifact !== undefined) {
        for (const context of failed) await attachCapture(context, artifact, 0);
      }
      // biome-ignore lint/correctness/noUnsafeFinally: there are leaks only when nothing was thrown
      if (leaks !== undefined) throw leaks;
    }
  });

  aroundEach(async (run, { task, annotate }) => {
    const result = watchOutcome(task);
    try {
      await run();
    } finally {
      if (result().outcome === 'failed') {
        failed.push({ task, annotate });
        tellOfTraffic(task.result?.errors?.at(-1));
      }
    }
  });
}

/** Adds the traffic so far to the error of a test, if the suite has used its network. */
function tellOfTraffic(error: unknown): void {
  const network = networkInUse();
  if (error !== undefined && network !== undefined) appendTraffic(error, network);
}
