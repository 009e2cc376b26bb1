/** The tests of GNU Wget against servers of its own in Perl and Python, from Debian's source package, with the wget of the same release. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { singleTest } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { perlSearchPath } from '../perl.mjs';
import { PYTHON } from '../python.mjs';

const LIMIT_S = 60;
const PACKAGES = [
  'wget',
  'libhttp-daemon-perl',
  'libio-socket-ssl-perl',
  'libnet-ssleay-perl',
  'perl-openssl-defaults',
];

export const wget = {
  name: 'wget',
  cases() {
    const source = sourcePackage('wget');
    const root = unpackedPackages('wget', PACKAGES);
    const environment = {
      WGET_PATH: join(root, 'usr/bin/wget'),
      WGETRC: '/dev/null',
      SYSTEM_WGETRC: '/dev/null',
      MAKE_CHECK: 'True',
      SSL_TESTS: '1',
      ...perlSearchPath(root),
      srcdir: '.',
    };
    const inFolder = (folder, pattern, interpreter) =>
      readdirSync(join(source, folder))
        .filter((file) => pattern.test(file))
        .map((file) => {
          const program = {
            command: [...interpreter, file],
            environment,
            folder: join(source, folder),
            limitS: LIMIT_S,
          };
          return singleTest(`${folder}/${file}`, program);
        });
    return [
      ...inFolder('tests', /^Test-.*\.px$/, ['perl', '-I.']),
      ...inFolder('testenv', /^Test-.*\.py$/, [PYTHON, '-O']),
    ];
  },
};
