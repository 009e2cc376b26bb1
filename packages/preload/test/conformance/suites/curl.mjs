/** The tests of curl and libcurl against the servers that come with them, from Debian's source package. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cmakeBuild } from '../build.mjs';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const LIMIT_S = 900;
/** Tests that one process runs, one after the other: they share servers. */
const TESTS_OF_A_CASE = 100;
/** What libcurl is built with, of which a machine may have the libraries and not the headers. */
const LIBRARIES = ['libnghttp2-14', 'libnghttp2-dev', 'libssh2-1', 'libssh2-1-dev'];

export const curl = {
  name: 'curl',
  cases() {
    const source = sourcePackage('curl');
    const definitions = [
      'BUILD_TESTING=ON',
      'BUILD_SHARED_LIBS=OFF',
      'USE_NGHTTP2=ON',
      `CMAKE_PREFIX_PATH=${join(unpackedPackages('curl', LIBRARIES), 'usr')}`,
      'CMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu',
    ];
    const folder = join(cmakeBuild('curl', source, ['curl', 'testdeps'], definitions), 'tests');
    const tests = join(source, 'tests');
    const numbers = readdirSync(join(tests, 'data'))
      .filter((file) => /^test\d+$/.test(file))
      .map((file) => Number(file.slice('test'.length)))
      .sort((one, other) => one - other);
    const starts = numbers.filter((_, index) => index % TESTS_OF_A_CASE === 0);
    return starts.map((first, index) => {
      const part = numbers.slice(index * TESTS_OF_A_CASE, (index + 1) * TESTS_OF_A_CASE);
      const command = ['perl', '-I', tests, join(tests, 'runtests.pl'), '-n', '-a', '-am', ...part.map(String)];
      const environment = { srcdir: tests };
      return reportedTests(`${first} to ${part.at(-1)}`, { command, environment, folder, limitS: LIMIT_S }, results);
    });
  },
};

/** `PASS: 1 - HTTP GET` */
function* results(output) {
  const words = { PASS: 'pass', FAIL: 'fail', SKIP: 'skip' };
  for (const [, word, name] of output.matchAll(/^(PASS|FAIL|SKIP): (\d+ - .*)$/gm)) yield [name, words[word]];
}
