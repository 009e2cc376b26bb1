import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'action', testTimeout: 30_000, include: ['test/*.test.ts'] } });
