/**
 * The network tests of Node.js, run with the Node.js that runs this command: with the library, or in the scope of a test,
 * whose process is a host.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { singleTest } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

const IN_SCOPE = fileURLToPath(new URL('../in-scope.cjs', import.meta.url));
/** Its Node.js is of the line 20; tests of another line than that of the program say little. */
const RELEASE = 'trixie';
const LIMIT_S = 90;
const FOLDERS = ['parallel', 'sequential', 'async-hooks'];
/** Named after what they test, or with one of the modules that make sockets. */
const NETWORK_NAME =
  /^test-(net|dgram|http|https|http2|tls|cluster|child-process|dns|socket|listen|pipe|tcp|inspector)\b/;
const NETWORK_TEXT =
  /\b(require\(|from )'(node:)?(net|dgram|http|https|http2|tls|dns|dns\/promises|cluster|inspector)'|\b(fetch|WebSocket|EventSource)\(|--inspect/;

export const node = { name: 'node', cases: () => nodeTests() };
export const nodeInScope = { name: 'node-in-scope', cases: () => nodeTests(IN_SCOPE) };

function nodeTests(launcher) {
  const tests = join(sourcePackage('nodejs', RELEASE), 'test');
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(tests, folder))
      .filter((file) => isNetworkTest(tests, folder, file))
      .map((file, index) => nodeTest(tests, folder, file, index, launcher)),
  );
}

function isNetworkTest(tests, folder, file) {
  if (!/^test-.*\.m?js$/.test(file)) return false;
  return NETWORK_NAME.test(file) || NETWORK_TEXT.test(readFileSync(join(tests, folder, file), 'utf8'));
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
