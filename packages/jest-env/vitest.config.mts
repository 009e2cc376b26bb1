import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'jest-env',
    include: ['src/**/*.test.ts', 'test/*.test.ts'],
  },
});
