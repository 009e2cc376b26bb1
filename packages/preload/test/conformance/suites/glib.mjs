/** The network tests of GIO, of Debian's package libglib2.0-tests, and those of its TLS, of glib-networking-tests. */
import { readdirSync } from 'node:fs';
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
    const folder = installedTests(unpackedPackages('glib', ['libglib2.0-tests']), 'glib');
    return [...PROGRAMS.map((program) => testProgram(folder, program)), tls()];
  },
};

/** GIO finds its TLS among its modules. */
function tls() {
  const root = unpackedPackages('glib-networking', ['glib-networking', 'glib-networking-tests']);
  const [machine] = readdirSync(join(root, 'usr/lib')).filter((each) => each.endsWith('-linux-gnu'));
  const modules = join(root, 'usr/lib', machine, 'gio/modules');
  return testProgram(installedTests(root, 'glib-networking'), 'connection-gnutls', {
    GIO_MODULE_DIR: modules,
    GIO_USE_TLS: 'gnutls',
  });
}

function installedTests(root, name) {
  return join(root, 'usr/libexec/installed-tests', name);
}

function testProgram(folder, program, variables = {}) {
  const environment = { G_TEST_SRCDIR: folder, G_TEST_BUILDDIR: folder, ...variables };
  return reportedTests(
    program,
    { command: [join(folder, program), '--tap'], environment, limitS: LIMIT_S },
    tapResults,
  );
}
