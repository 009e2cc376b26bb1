import { defineConfig } from 'vitest/config';
import socketWrapper from 'vitest-plugin-socket-wrapper';

export default defineConfig({
  plugins: [socketWrapper()],
  test: {
    name: 'demo',
    // Starting a dozen servers at once takes a small machine a moment.
    testTimeout: 30_000,
  },
});
