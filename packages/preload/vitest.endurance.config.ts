import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Longer runs of tests that `pnpm test` and `pnpm test:soundness` have as well: `pnpm test:endurance`, which takes a quarter of an hour. */
export default defineConfig({
  test: {
    include: [
      'test/native/capture.test.ts',
      'test/native/crash.test.ts',
      'test/native/fuzz.test.ts',
      'test/recorded/long.test.ts',
      'test/soundness/targets.test.ts',
    ],
    env: {
      SOCKET_WRAPPER_TEST_KILLS: '5000',
      SOCKET_WRAPPER_TEST_FUZZ_SECONDS: '20',
      SOCKET_WRAPPER_TEST_TARGETS: 'all',
      SOCKET_WRAPPER_TEST_BULK_BYTES: String(2 ** 30),
    },
    // Programs start in their own time on a busy machine, and what they print is what a failure is about: as in the usual run.
    testTimeout: 20_000,
    chaiConfig: { truncateThreshold: 1000 },
    // One heavy test per processor, whatever the file.
    fileParallelism: false,
    maxConcurrency: availableParallelism(),
    globalSetup: ['test/native/support/global-setup.ts'],
  },
});
