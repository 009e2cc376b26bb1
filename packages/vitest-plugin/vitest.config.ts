import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'vitest-plugin',
    include: ['src/**/*.test.ts', 'test/*.test.ts'],
  },
});
