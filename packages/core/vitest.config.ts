import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'core',
    // Many tests start processes, and machines are slow now and then.
    testTimeout: 30_000,
    include: ['src/**/*.test.ts', 'test/*.test.ts'],
  },
});
