/** The tests of ZeroMQ's library, from Debian's source package. */
import { cmakeBuild, ctestTests } from '../build.mjs';
import { reportedTests } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const LIMIT_S = 120;
/** Without sockets of the kernel's: nothing of theirs can differ. */
const OTHERS = /inproc|^unittest_(mtrie|radix|poller|ypipe|udp_address|curve)/;

export const zeromq = {
  name: 'zeromq',
  cases() {
    const options = ['BUILD_TESTS=ON', 'BUILD_STATIC=ON', 'WITH_PERF_TOOL=OFF', 'WITH_DOCS=OFF', 'ENABLE_CPACK=OFF'];
    const folder = cmakeBuild('zeromq', sourcePackage('zeromq3'), ['all'], options);
    return ctestTests(folder)
      .filter(({ name }) => !OTHERS.test(name))
      .map(({ name, ...program }) => reportedTests(name, { ...program, limitS: LIMIT_S }, results));
  },
};

/** Unity's `/…/tests/test_bind.cpp:31:test_bind_twice:PASS`. */
function* results(output) {
  const words = { PASS: 'pass', FAIL: 'fail', IGNORE: 'skip' };
  for (const [, name, word] of output.matchAll(/^[^\s:]+:\d+:(\w+):(PASS|FAIL|IGNORE)/gm)) yield [name, words[word]];
}
