/** The tests of Perl's Socket, IO::Socket, IO::Socket::IP, Net::Ping, HTTP::Tiny and libnet, from Debian's source package perl. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ORDINARY_USER, reportedTests, tapResults } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const LIMIT_S = 90;
/** The order of hashes is part of the names of some tests. */
const ENVIRONMENT = { PERL_HASH_SEED: '0', PERL_PERTURB_KEYS: '0' };
const MODULES = ['dist/IO', 'dist/Net-Ping', 'cpan/Socket', 'cpan/IO-Socket-IP', 'cpan/libnet', 'cpan/HTTP-Tiny'];
const SCRIPTS = ['t/io/socket.t', 't/io/socketpair.t'];

export const perl = {
  name: 'perl',
  cases() {
    const source = sourcePackage('perl');
    const scripts = MODULES.flatMap((module) => {
      const folder = join(source, module);
      const files = readdirSync(join(folder, 't')).filter((file) => file.endsWith('.t'));
      return files.map((file) => perlScript(`${module}/t/${file}`, folder, `t/${file}`));
    });
    return [...scripts, ...SCRIPTS.map((script) => perlScript(script, join(source, 't'), script.replace('t/', '')))];
  },
};

function perlScript(name, folder, file) {
  const command = [...ORDINARY_USER, 'perl', '-I.', file];
  return reportedTests(name, { command, environment: ENVIRONMENT, folder, limitS: LIMIT_S }, tapResults);
}
