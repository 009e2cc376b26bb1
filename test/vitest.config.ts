import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'workspace',
    testTimeout: 120_000,
    include: ['*.test.ts'],
  },
});
