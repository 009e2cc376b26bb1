/** libuv's own tests: `uv_run_tests`, one process per test. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cmakeBuild } from '../build.mjs';
import { ORDINARY_USER, singleTest } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

/** Its version tests more than that of the release before. */
const RELEASE = 'trixie';
const LIMIT_S = 90;
/** Without sockets: nothing of theirs can differ. */
const OTHERS = /^(fs_|threadpool|timer|thread_|strscpy|utf|idna|strtok|hrtime|gettimeofday|metrics)/;

export const libuv = {
  name: 'libuv',
  cases() {
    const source = sourcePackage('libuv1', RELEASE);
    const folder = cmakeBuild(`libuv-${RELEASE}`, source, ['uv_run_tests']);
    const program = join(folder, 'uv_run_tests');
    const list = execFileSync(ORDINARY_USER[0], [...ORDINARY_USER.slice(1), program, '--list'], {
      encoding: 'utf8',
      cwd: source,
    });
    /* Lines such as "tcp6_ping_pong (helpers: tcp6_echo_server)". */
    const tests = new Set([...list.matchAll(/^\S+/gm)].map(([test]) => test));
    /* It refuses to run as root. */
    return [...tests]
      .filter((test) => !OTHERS.test(test))
      .map((test) => singleTest(test, { command: [...ORDINARY_USER, program, test], folder: source, limitS: LIMIT_S }));
  },
};
