import { createRequire } from 'node:module';

/** `require()` as Node.js itself makes it, past what a test runner puts in its place. One for all: making it costs more than using it. */
export const nodeRequire = createRequire(import.meta.url);
