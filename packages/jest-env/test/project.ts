/** Fixture projects that Jest runs in. */

import path from 'node:path';
import { makeFixtureProject, type Project } from '../../../test/support/fixture-project.js';

const PACKAGE = path.join(import.meta.dirname, '..');
const FIXTURES = path.join(import.meta.dirname, 'fixtures');

/** The versions of Jest that are supported, by the names under which they are installed. */
export const JESTS = ['jest', 'jest29'] as const;
export type Jest = (typeof JESTS)[number];

/** A copy of the fixture `name`, with this package and `jest` linked into its `node_modules`. */
export function makeProject(name: string, jest: Jest): Promise<Project> {
  const installed = (dependency: string) => path.join(PACKAGE, 'node_modules', dependency);
  return makeFixtureProject({
    folders: [path.join(FIXTURES, 'shared'), path.join(FIXTURES, name)],
    packages: {
      'jest-environment-socket-wrapper': PACKAGE,
      jest: installed(jest),
      'jest-junit': installed('jest-junit'),
      'jest-environment-node': installed('jest-environment-node'),
      '@jest/globals': installed('@jest/globals'),
      undici: installed('undici'),
    },
    command: ['jest/bin/jest.js'],
    reports: ['--json', '--outputFile=report.json'],
  });
}
