/** The tests of Nmap's ncat, from Debian's source package, with the ncat of the same release. */
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { perlSearchPath } from '../perl.mjs';

const LIMIT_S = 1800;
const PACKAGES = ['ncat', 'libblas3', 'libsocket6-perl', 'libhttp-message-perl', 'liburi-perl', 'libmime-base32-perl'];
const PATIENT = 'ncat-test-patient.pl';

export const ncat = {
  name: 'ncat',
  cases() {
    const root = unpackedPackages('ncat', PACKAGES);
    const source = join(sourcePackage('nmap'), 'ncat');
    /* The tests start what is built beside them. */
    rmSync(join(source, 'ncat'), { force: true });
    symlinkSync(join(root, 'usr/bin/ncat'), join(source, 'ncat'));
    const folder = join(source, 'test');
    writeFileSync(join(folder, PATIENT), patient(readFileSync(join(folder, 'ncat-test.pl'), 'utf8')));
    const program = { command: ['perl', PATIENT], environment: perlSearchPath(root), limitS: LIMIT_S };
    return [reportedTests('ncat-test.pl', { ...program, folder }, results)];
  },
};

/** The tests give a program a tenth of a second to connect and half a second to answer, which a busy machine is short of. */
function patient(script) {
  return script
    .replace('my $timeout = shift || 0.3;', 'my $timeout = shift || 2;')
    .replace('select(undef, undef, undef, 0.1);', 'select(undef, undef, undef, 0.7);')
    .replace('my $timeout = 0.50;', 'my $timeout = 2;');
}

/** `PASS Connect success exit code (tcp)`; XFAIL is a failure that its authors expect. */
function* results(output) {
  const words = { PASS: 'pass', FAIL: 'fail', XFAIL: 'skip', 'UNEXPECTED PASS': 'fail' };
  for (const [, word, name] of output.matchAll(/^(PASS|FAIL|XFAIL|UNEXPECTED PASS) (.+)$/gm)) yield [name, words[word]];
}
