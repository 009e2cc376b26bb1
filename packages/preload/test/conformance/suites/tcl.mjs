/** The socket tests of Tcl, from Debian's source package tcl8.6. */
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const LIMIT_S = 120;
const FILES = ['socket.test', 'http.test', 'http11.test', 'httpold.test', 'chanio.test', 'io.test', 'event.test'];

export const tcl = {
  name: 'tcl',
  cases() {
    const folder = join(sourcePackage('tcl8.6'), 'tests');
    return FILES.map((file) => {
      const command = ['tclsh', file, '-verbose', 'pstbe'];
      return reportedTests(file, { command, folder, limitS: LIMIT_S }, results);
    });
  },
};

/** `++++ socket-1.1 PASSED`, `==== socket-1.2 … FAILED`, `++++ socket-1.3 SKIPPED: …` of tcltest(n). */
function* results(output) {
  const words = { PASSED: 'pass', FAILED: 'fail', SKIPPED: 'skip' };
  for (const [, name, word] of output.matchAll(/^(?:\+\+\+\+|====) (\S+) (?:.* )?(PASSED|FAILED|SKIPPED)\b/gm))
    yield [name, words[word]];
}
