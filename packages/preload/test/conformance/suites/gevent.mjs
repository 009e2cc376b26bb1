/**
 * CPython's network tests on the sockets that gevent puts in place of Python's own, which gevent's own suite has too, with gevent
 * of Debian's package python3-gevent.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPackages } from '../debian.mjs';
import { pythonModule, searchPath } from '../python.mjs';
import { assertTestsInstalled } from './cpython.mjs';

const MODULES = [
  'test_socket',
  'test_ssl',
  'test_select',
  'test_selectors',
  'test_asyncore',
  'test_asynchat',
  'test_ftplib',
  'test_httplib',
  'test_httpservers',
  'test_nntplib',
  'test_poplib',
  'test_smtpd',
  'test_smtplib',
  'test_socketserver',
  'test_telnetlib',
  'test_timeout',
  'test_urllib2_localnet',
  'test_wsgiref',
  'test_xmlrpc',
];

export const gevent = {
  name: 'gevent',
  cases() {
    assertTestsInstalled();
    const packages = ['gevent', 'greenlet', 'zope.event', 'zope.interface'].map((each) => `python3-${each}`);
    const root = unpackedPackages('gevent', [...packages, 'libev4']);
    const [machine] = readdirSync(join(root, 'usr/lib')).filter((each) => each.endsWith('-linux-gnu'));
    const environment = { ...searchPath(root), LD_LIBRARY_PATH: join(root, 'usr/lib', machine) };
    return MODULES.map((module) => pythonModule(`test.${module}`, { environment, through: ['-m', 'gevent.monkey'] }));
  },
};
