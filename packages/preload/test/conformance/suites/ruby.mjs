/** Ruby's tests of sockets and of its network libraries, from Debian's source and binary packages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const LIMIT_S = 200;
const VERSION = '3.1';
const FOLDERS = [
  'socket',
  'net/http',
  'net/protocol',
  'open-uri',
  'drb',
  'resolv',
  'rinda',
  'io/wait',
  'io/nonblock',
  'fiber',
];
const FILES = ['openssl/test_ssl.rb', 'openssl/test_ssl_session.rb', 'ruby/test_io.rb', 'ruby/test_io_buffer.rb'];

export const ruby = {
  name: 'ruby',
  cases() {
    const source = sourcePackage(`ruby${VERSION}`);
    /* All by name: what is installed already is not got as a dependency. */
    const packages = [`ruby${VERSION}`, `libruby${VERSION}`, 'ruby-test-unit', 'ruby-power-assert'];
    const root = unpackedPackages('ruby', packages);
    const libraries = join(root, 'usr/lib');
    const [machine] = readdirSync(libraries).filter((each) => each.endsWith('-linux-gnu'));
    const environment = {
      LD_LIBRARY_PATH: join(libraries, machine),
      RUBYLIB: [`ruby/${VERSION}.0`, `${machine}/ruby/${VERSION}.0`, 'ruby/vendor_ruby']
        .map((each) => join(libraries, each))
        .join(':'),
    };
    const inFolders = FOLDERS.flatMap((folder) =>
      readdirSync(join(source, 'test', folder))
        .filter((file) => file.startsWith('test_'))
        .map((file) => `${folder}/${file}`),
    );
    return [...inFolders, ...FILES].map((file) => {
      const command = [join(root, `usr/bin/ruby${VERSION}`), '-W0', 'test/runner.rb', '-v', '--tty=no', `test/${file}`];
      return reportedTests(file, { command, environment, folder: source, limitS: LIMIT_S }, results);
    });
  },
};

/** `[5/8] TestSocket_TCPSocket#test_recvfrom = 0.00 s` of every test; at the end, `1) Failure:` and its name in the next line. */
function* results(output) {
  for (const [, name] of output.matchAll(/^\[ *\d+\/\d+\] (\S+#\S+) = [\d.]+ s/gm)) yield [name, 'pass'];
  const words = { Failure: 'fail', Error: 'fail', Skipped: 'skip' };
  for (const [, word, name] of output.matchAll(
    /^ *\d+\) (Failure|Error|Skipped):\n([^\s:]+(?:::[^\s:]+)*#[^\s:]+)/gm,
  )) {
    yield [name, words[word]];
  }
}
