import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** A folder for results that `.ci/run` counts. */
const { TEST_REPORTS, GITHUB_ACTIONS } = process.env;

export default defineConfig({
  test: {
    projects: ['packages/*', 'test', 'action', 'examples/clients'],
    reporters: [
      'default',
      ...(GITHUB_ACTIONS === 'true' ? ['github-actions'] : []),
      ...(TEST_REPORTS === undefined
        ? []
        : [['json', { outputFile: join(TEST_REPORTS, 'tests.json') }] satisfies ['json', object]]),
    ],
  },
});
