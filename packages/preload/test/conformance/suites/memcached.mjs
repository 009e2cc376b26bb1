/** The tests of memcached, from Debian's source package, with the memcached of the same release. */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests, tapResults } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { perlSearchPath } from '../perl.mjs';

const LIMIT_S = 120;
const PACKAGES = ['memcached', 'libio-socket-ssl-perl', 'libnet-ssleay-perl', 'perl-openssl-defaults'];
/** Of memory and files, minutes each, and one whose number of results depends on who is faster. */
const OTHERS = /extstore|slabs|lru|evictions|chunked|maxconns/;

export const memcached = {
  name: 'memcached',
  cases() {
    const root = unpackedPackages('memcached', PACKAGES);
    const folder = sourcePackage('memcached');
    prepare(folder, join(root, 'usr/bin/memcached'));
    const tests = readdirSync(join(folder, 't')).filter((file) => file.endsWith('.t') && !OTHERS.test(file));
    const overTls = { SSL_TEST: '1', ...perlSearchPath(root) };
    return tests.map((file) => {
      const environment = file.startsWith('ssl_') ? overTls : {};
      return reportedTests(file, { command: ['perl', `t/${file}`], environment, folder, limitS: LIMIT_S }, results);
    });
  },
};

/** In place of the program that the tests are written for. They prefer Unix sockets, and it has privileges to drop: this one has neither. */
const SCRIPT = `#!/bin/sh
for word; do
    shift
    [ "$word" != relaxed_privileges ] || word=modern
    set -- "$@" "$word"
done
[ "$1" = -h ] || exec PROGRAM "$@"
PROGRAM -h | grep -v unix-socket
`;

/** Puts what the tests start into the folder of the source. */
function prepare(folder, program) {
  writeFileSync(join(folder, 'memcached-debug'), SCRIPT.replaceAll('PROGRAM', program), { mode: 0o755 });
  execFileSync('cc', ['-w', '-o', join(folder, 'timedrun'), join(folder, 'timedrun.c')]);
}

/** In the names of some tests are the ports that they got, and values that were made up. */
function* results(output) {
  for (const [name, result] of tapResults(output)) {
    yield [name.replace(/\(got \d+\)/, '(got PORT)').replace(/== '.*'$/, "== 'VALUE'"), result];
  }
}
