/** Modules of tests for Python's unittest, run by `driver.py`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportedTests } from './cases.mjs';

export const PYTHON = '/usr/bin/python3';
const DRIVER = fileURLToPath(new URL('driver.py', import.meta.url));
const TEST_LIMIT_S = 60;
const PYTEST_LIMIT_S = 200;
/** faulthandler ends a test that hangs; this much later, a process is ended that hangs as a whole. */
const GRACE_S = 15;

/**
 * A case for a module. A run that crashes or hangs is continued behind the test that did it.
 *
 * @param {string} module such as `test.test_socket`
 * @param {object} [options]
 * @param {Record<string, string>} [options.environment]
 * @param {string[]} [options.through] arguments of Python's in front of the program: another one that runs it
 * @param {string} [options.name]
 */
export function pythonModule(module, { environment = {}, through = [], name = module } = {}) {
  return {
    name,
    async run({ start, base, only }) {
      const results = new Map();
      for (;;) {
        const listed = only === undefined ? [...results.keys()] : ['only', ...only.filter((id) => !results.has(id))];
        writeFileSync(`${base}.listed`, listed.map((id) => `${id}\n`).join(''));
        writeFileSync(`${base}.results`, '');
        const program = [DRIVER, module, `${base}.results`, `${base}.listed`, String(TEST_LIMIT_S)];
        const command = [PYTHON, ...through, ...program];
        const limitS = TEST_LIMIT_S + GRACE_S;
        const { ending, code } = await start({ command, environment, limitS, progress: `${base}.results` });
        const before = results.size;
        collect(readFileSync(`${base}.results`, 'utf8'), results, wordFor(ending, code));
        if ((ending === 'ended' && code === 0) || results.size === before) return results;
      }
    },
  };
}

/** What became of a test that ended the process. */
function wordFor(ending, code) {
  if (ending !== 'ended') return ending;
  /* 1 is what faulthandler exits with after it printed where everything hangs. */
  return code === 0 ? 'fail' : code === 1 ? 'hang' : 'crash';
}

/** Reads the driver's lines. A test that was started and has no result is the one that ended the process. */
function collect(text, results, word) {
  const started = new Set();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [event, ...rest] = line.split(' ');
    const id = rest.join(' ');
    if (event === 'start') started.add(id);
    else if (results.get(id) !== 'fail') results.set(id, event);
  }
  for (const id of started) {
    if (!results.has(id)) results.set(id, word);
  }
}

/**
 * A case for a file of tests that pytest runs.
 *
 * @param {string} file
 * @param {Record<string, string>} environment which makes Python find pytest
 */
export function pytestModule(file, environment) {
  const command = [PYTHON, '-m', 'pytest', '-p', 'no:cacheprovider', '-v', '--color=no', file];
  return reportedTests(basename(file), { command, environment, limitS: PYTEST_LIMIT_S }, pytestResults);
}

/** `test_socket.py::test_getaddrinfo PASSED [ 10%]` */
function* pytestResults(output) {
  const words = { PASSED: 'pass', FAILED: 'fail', ERROR: 'fail', SKIPPED: 'skip', XFAIL: 'skip', XPASS: 'fail' };
  for (const [, name, word] of output.matchAll(/^\S*?([\w.]+::\S.*?) ([A-Z]+)(?: \(.*\))? +\[ *\d+%\]$/gm)) {
    if (word in words) yield [name, words[word]];
  }
}

/** What makes Python find the modules of packages that are unpacked in `root`. */
export function searchPath(root) {
  return { PYTHONPATH: `${root}/usr/lib/python3/dist-packages` };
}
