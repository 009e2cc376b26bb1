/** Fixture projects that Vitest runs in. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFixtureProject, type Project } from '../../../test/support/fixture-project.js';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = path.join(PACKAGE, 'test/fixtures');
/** Another `node_modules` to take Vitest and this package from; `vitest5/run.mjs` makes one. */
const MODULES = process.env.VITEST_UNDER_TEST;

/** A copy of the fixture `name`, with this package and Vitest linked into its `node_modules`. */
export function makeProject(name: string): Promise<Project> {
  const plugin = 'vitest-plugin-socket-wrapper';
  const modules = MODULES ?? path.join(PACKAGE, 'node_modules');
  return makeFixtureProject({
    folders: [path.join(FIXTURES, 'shared'), path.join(FIXTURES, name)],
    files: { 'package.json': '{ "private": true, "type": "module" }' },
    packages: {
      [plugin]: MODULES === undefined ? PACKAGE : path.join(MODULES, plugin),
      vitest: path.join(modules, 'vitest'),
      '@vitest/ui': path.join(modules, '@vitest/ui'),
    },
    command: ['vitest/vitest.mjs', 'run'],
    reports: [
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json=report.json',
      '--reporter=junit',
      '--outputFile.junit=junit.xml',
    ],
  });
}
