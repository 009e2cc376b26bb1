/** Runs the examples that no Vitest project holds. */

import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const JEST = fileURLToPath(new URL('../examples/jest', import.meta.url));

it.each([
  ['in one process', '--runInBand'],
  ['in workers', '--maxWorkers=2'],
])('The examples for Jest pass %s, and nothing is left open', async (_how, flag) => {
  const { exitCode, all } = await execa(process.execPath, ['node_modules/jest/bin/jest.js', flag], {
    cwd: JEST,
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1' },
  });
  expect(exitCode, all).toBe(0);
  expect(all).toMatch(/Tests:\s+(3 skipped, 6 passed, 9|9 passed, 9) total/);
  expect(all).not.toContain('LEFT_OPEN');
});
