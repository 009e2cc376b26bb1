/**
 * The network tests of Node.js, of Debian's source package nodejs, run with the Node.js that runs this command: with the
 * library, or in the scope of a test, whose process is a host.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { singleTest } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const IN_SCOPE = fileURLToPath(new URL('../in-scope.cjs', import.meta.url));
const LIMIT_S = 90;
const FOLDERS = ['parallel', 'sequential'];
const NETWORK =
  /^test-(net|dgram|http|https|http2|tls|cluster|child-process|dns|socket|listen|pipe|async-wrap|tcp|keepalive|c-ares|whatwg-fetch|fetch|diagnostics-channel-(net|http|udp))\b.*\.m?js$/;

export const node = { name: 'node', cases: () => nodeTests() };
export const nodeInScope = { name: 'node-in-scope', cases: () => nodeTests(IN_SCOPE) };

function nodeTests(launcher) {
  const tests = join(sourcePackage('nodejs'), 'test');
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(tests, folder))
      .filter((file) => NETWORK.test(file))
      .map((file, index) => nodeTest(tests, folder, file, index, launcher)),
  );
}

function nodeTest(tests, folder, file, index, launcher) {
  const path = join(tests, folder, file);
  const flags = /^\/\/ Flags: (.*)$/m.exec(readFileSync(path, 'utf8'))?.[1].trim().split(/\s+/) ?? [];
  /* Each test gets a folder for its files of its own. */
  const environment = { TEST_SERIAL_ID: `${folder}-${index}`, NODE_TEST_KNOWN_GLOBALS: '0' };
  const node = [process.execPath, ...flags];
  const program = { command: [...node, path], environment, limitS: LIMIT_S };
  return singleTest(
    `${folder}/${file}`,
    launcher === undefined ? program : { ...program, itself: [...node, launcher, path] },
  );
}
