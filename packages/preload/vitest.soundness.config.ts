import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** A folder for results that `.ci/run` counts. */
const { TEST_REPORTS } = process.env;

/** The proofs that take minutes: valgrind, ThreadSanitizer, musl, arm64. `pnpm test:soundness`. */
export default defineConfig({
  test: {
    include: ['test/soundness/*.test.ts'],
    // One heavy test per processor, whatever the file.
    fileParallelism: false,
    // What programs print is what a failure is about.
    chaiConfig: { truncateThreshold: 1000 },
    maxConcurrency: availableParallelism(),
    globalSetup: ['test/native/support/global-setup.ts'],
    reporters: [
      'default',
      ...(TEST_REPORTS === undefined
        ? []
        : [['json', { outputFile: join(TEST_REPORTS, 'soundness.json') }] satisfies ['json', object]]),
    ],
  },
});
