/** libevent's own tests: `regress`, one process per test. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cmakeBuild } from '../build.mjs';
import { singleTest } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const LIMIT_S = 90;

export const libevent = {
  name: 'libevent',
  cases() {
    const source = sourcePackage('libevent');
    const definitions = ['EVENT__DISABLE_SAMPLES=ON', 'EVENT__DISABLE_BENCHMARK=ON', 'EVENT__LIBRARY_TYPE=STATIC'];
    const program = join(cmakeBuild('libevent', source, ['regress'], definitions), 'bin/regress');
    const list = execFileSync(program, ['--list-tests'], { encoding: 'utf8' });
    const tests = [...list.matchAll(/^\s*(\S+\/\S+)/gm)].map(([, test]) => test);
    return tests.map((test) => singleTest(test, { command: [program, '--no-fork', test], limitS: LIMIT_S }));
  },
};
