/** PHP's tests of sockets, streams and the servers it starts for them, from Debian's source and binary packages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const LIMIT_S = 100;
const VERSION = '8.2';
const FOLDERS = [
  'ext/sockets/tests',
  'ext/ftp/tests',
  'ext/openssl/tests',
  'ext/standard/tests/network',
  'ext/standard/tests/streams',
  'ext/standard/tests/http',
  'sapi/cli/tests',
  'tests/output',
];

export const php = {
  name: 'php',
  cases() {
    const source = sourcePackage(`php${VERSION}`);
    const root = unpackedPackages('php', [`php${VERSION}-cli`, `php${VERSION}-common`]);
    const interpreter = join(root, `usr/bin/php${VERSION}`);
    const [extensions] = readdirSync(join(root, 'usr/lib/php')).filter((each) => /^\d{8}$/.test(each));
    const settings = ['sockets', 'ftp', 'posix', 'tokenizer', 'ctype'].flatMap((each) => ['-d', `extension=${each}`]);
    const command = [interpreter, '-n', 'run-tests.php', '-q', '-n', '--offline', '-p', interpreter];
    command.push('-d', `extension_dir=${join(root, 'usr/lib/php', extensions)}`, ...settings);
    const environment = { NO_INTERACTION: '1', TEST_PHP_EXECUTABLE: interpreter, NO_COLOR: '1' };
    return FOLDERS.flatMap((folder) =>
      readdirSync(join(source, folder))
        .filter((file) => file.endsWith('.phpt'))
        .map((file) => `${folder}/${file}`)
        .map((file) =>
          reportedTests(file, { command: [...command, file], environment, folder: source, limitS: LIMIT_S }, results),
        ),
    );
  },
};

/** `PASS socket_bind() [ext/sockets/tests/socket_bind.phpt]` */
function* results(output) {
  const words = { PASS: 'pass', FAIL: 'fail', BORK: 'fail', LEAK: 'fail', SKIP: 'skip', XFAIL: 'skip', WARN: 'fail' };
  const line = /\b(PASS|FAIL|BORK|LEAK|SKIP|XFAIL|WARN) [^\n]*\[([^\]\n]+\.phpt)\]/g;
  for (const [, word, file] of output.matchAll(line)) yield [file, words[word]];
}
