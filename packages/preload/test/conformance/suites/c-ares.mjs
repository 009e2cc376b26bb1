/** The tests of c-ares against the DNS servers that they start themselves: `arestest`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cmakeBuild } from '../build.mjs';
import { googleTestResults, reportedTests } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const LIMIT_S = 300;

export const cAres = {
  name: 'c-ares',
  cases() {
    const definitions = ['CARES_BUILD_TESTS=ON', 'CARES_STATIC=ON', 'CARES_STATIC_PIC=ON', 'CARES_SYMBOL_HIDING=OFF'];
    const program = join(cmakeBuild('c-ares', sourcePackage('c-ares'), ['arestest'], definitions), 'bin/arestest');
    const list = execFileSync(program, ['--gtest_list_tests'], { encoding: 'utf8' });
    const groups = [...list.matchAll(/^(\S+)\./gm)].map(([, group]) => group);
    /* What asks servers of the internet fails both ways. */
    return groups
      .filter((group) => !group.includes('Live') && !group.includes('Container'))
      .map((group) =>
        reportedTests(group, { command: [program, `--gtest_filter=${group}.*`], limitS: LIMIT_S }, googleTestResults),
      );
  },
};
