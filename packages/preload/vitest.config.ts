import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'preload',
    // Programs start in their own time on a busy machine.
    testTimeout: 20_000,
    // What programs print is what a failure is about.
    chaiConfig: { truncateThreshold: 1000 },
    include: [
      'src/**/*.test.ts',
      'test/*.test.ts',
      'test/attach/*.test.ts',
      'test/conformance/*.test.mjs',
      'test/native/*.test.ts',
      'test/programs-real/*.test.ts',
      'test/recorded/*.test.ts',
    ],
    globalSetup: ['test/native/support/global-setup.ts'],
  },
});
