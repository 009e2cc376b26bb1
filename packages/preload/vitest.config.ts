import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'preload',
    include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/native/*.test.ts'],
    globalSetup: ['test/native/support/global-setup.ts'],
  },
});
