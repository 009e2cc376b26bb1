/**
 * The tests of OpenSSL's client and server programs, most of them with a proxy between the two that changes what they say. From
 * Debian's source package, run with the openssl that is installed: it is of the same release.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests, tapResults } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const LIMIT_S = 300;
const STARTS_SERVERS = /TLSProxy|s_server|mock server/;
const PROGRAM = '/usr/bin/openssl';

export const openssl = {
  name: 'openssl',
  cases() {
    const source = sourcePackage('openssl');
    const folder = build(source);
    const recipes = join(source, 'test/recipes');
    const environment = { SRCTOP: source, BLDTOP: folder, EXE_EXT: '' };
    return readdirSync(recipes)
      .filter((file) => file.endsWith('.t') && STARTS_SERVERS.test(readFileSync(join(recipes, file), 'utf8')))
      .map((file) => {
        const command = ['perl', '-I', join(source, 'util/perl'), join(recipes, file)];
        return reportedTests(file, { command, environment, folder, limitS: LIMIT_S }, tapResults);
      });
  },
};

/** What the tests look for around the program: the configuration, keys, and an engine without randomness. */
function build(source) {
  const folder = join(CACHE, 'build/openssl');
  if (existsSync(join(folder, '.complete'))) return folder;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  console.log('openssl: building');
  const run = (program, ...args) => execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
  run('perl', join(source, 'Configure'));
  run('make', 'build_generated', 'util/wrap.pl');
  const headers = ['include', join(source, 'include'), source].flatMap((each) => ['-I', each]);
  const engine = join(source, 'engines/e_ossltest.c');
  run('cc', '-shared', '-fPIC', ...headers, '-o', 'engines/ossltest.so', engine, '-lcrypto');
  symlinkSync(PROGRAM, join(folder, 'apps/openssl'));
  mkdirSync(join(folder, 'test-runs'));
  writeFileSync(join(folder, '.complete'), '');
  return folder;
}
