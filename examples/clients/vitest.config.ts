import { delimiter } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'clients',
    // Debian keeps servers where only root looks for programs.
    env: { PATH: [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter) },
    // A database that makes its files first takes a small machine a moment.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
