/** The tests of Mosquitto's broker, from Debian's source package, with the mosquitto that is installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ORDINARY_USER, singleTest } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';
import { PYTHON } from '../python.mjs';

/** Where Debian's patches of the tests have it. */
const PROGRAM = '/usr/sbin/mosquitto';
const LIMIT_S = 60;
const LEFT_OUT = [
  /* Started by others. */
  /helper\.py$/,
  /^test\.py$/,
  /* It judges by the address space of the broker, which the library takes some of: docs/limits.md. */
  /^01-bad-initial-packets\.py$/,
  /* It passes where its second message arrives before the broker closes because of its first. */
  /^06-bridge-remap-receive-wildcard\.py$/,
];

export const mosquitto = {
  name: 'mosquitto',
  cases() {
    if (!existsSync(PROGRAM)) throw new Error(`There is no ${PROGRAM}: install Debian's package mosquitto`);
    const source = sourcePackage('mosquitto');
    const folder = join(source, 'test/broker');
    prepare(source);
    /* As root it would become another user, who may not read its files. */
    return readdirSync(folder)
      .filter((file) => file.endsWith('.py') && !LEFT_OUT.some((each) => each.test(file)))
      .map((file) => singleTest(file, { command: [...ORDINARY_USER, PYTHON, `./${file}`], folder, limitS: LIMIT_S }));
  },
};

/** Compiles the plugins that some of the tests load, and makes the certificates of others. */
function prepare(source) {
  const plugins = join(source, 'test/broker/c');
  if (!existsSync(join(plugins, 'plugin_control.so'))) {
    const sources = readdirSync(plugins).filter((file) => /plugin.*\.c$/.test(file));
    for (const each of sources) {
      const output = each.replace(/\.c$/, '.so');
      execFileSync('cc', ['-w', '-shared', '-fPIC', '-I../../../include', '-o', output, each], { cwd: plugins });
    }
  }
  const certificates = join(source, 'test/ssl');
  if (!existsSync(join(certificates, 'all-ca.crt'))) {
    execFileSync('bash', ['./gen.sh'], { cwd: certificates, stdio: 'pipe' });
  }
}
