/** The network tests of GIO, of Debian's package libglib2.0-tests. */
import { join } from 'node:path';
import { reportedTests, tapResults } from '../cases.mjs';
import { unpackedPackages } from '../debian.mjs';

const LIMIT_S = 100;
const PROGRAMS = [
  'async-close-output-stream',
  'async-splice-output-stream',
  'converter-stream',
  'credentials',
  'gdbus-addresses',
  'gdbus-non-socket',
  'gdbus-peer',
  'gdbus-server-auth',
  'inet-address',
  'network-address',
  'network-monitor',
  'pollable',
  'proxy-test',
  'resolver-parsing',
  'socket',
  'socket-address',
  'socket-listener',
  'socket-service',
  'srvtarget',
  'tls-bindings',
  'unix-fd',
  'unix-streams',
  'gsocketclient-slow',
];

export const glib = {
  name: 'glib',
  cases() {
    const folder = join(unpackedPackages('glib', ['libglib2.0-tests']), 'usr/libexec/installed-tests/glib');
    const environment = { G_TEST_SRCDIR: folder, G_TEST_BUILDDIR: folder };
    return PROGRAMS.map((program) =>
      reportedTests(program, { command: [join(folder, program), '--tap'], environment, limitS: LIMIT_S }, tapResults),
    );
  },
};
