/**
 * Runs the network tests of Debian's Python twice, bare in a network namespace of their own and redirected, and lists every
 * test that passes bare and does not redirected. Exits with 1 when there is one.
 *
 *     node test/conformance/run.mjs [--only test_socket]… [--all] [--output FOLDER]
 *
 * `--all` prints the pair of results of each test. Logs go to `build/conformance`, or FOLDER. Needs Debian's packages
 * python3 and libpython3-testsuite.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MODULES = [
  'test_socket',
  'test_asyncio',
  'test_socketserver',
  'test_ssl',
  'test_httplib',
  'test_ftplib',
  'test_smtplib',
  'test_poplib',
  'test_imaplib',
  'test_selectors',
  'test_select',
  'test_epoll',
  'test_asyncore',
  'test_asynchat',
  'test_telnetlib',
  'test_xmlrpc',
  'test_urllib2_localnet',
  'test_httpservers',
  'test_wsgiref',
];
const PYTHON = '/usr/bin/python3';
const TEST_LIMIT_S = 60;
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const DRIVER = fileURLToPath(new URL('driver.py', import.meta.url));
const LIBRARY = join(PACKAGE, 'dist/native/libsocket_wrapper.so');
const SANDBOX = join(PACKAGE, 'build/conformance/sandbox');

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      all: { type: 'boolean', default: false },
      output: { type: 'string', default: join(PACKAGE, 'build/conformance') },
    },
  });
  const modules = values.only ?? MODULES;
  const output = resolve(values.output);
  mkdirSync(output, { recursive: true });
  prepare(modules);

  const differences = [];
  const table = [];
  for (const module of modules) {
    const bare = await runModule(module, 'bare', output);
    const redirected = await runModule(module, 'redirected', output);
    const worse = await confirm(module, worseOf(bare, redirected), output);
    differences.push(...worse);
    table.push([module, count(bare, 'pass'), count(redirected, 'pass'), worse.length]);
    console.log(`${module}: ${summary(bare)} bare, ${summary(redirected)} redirected, ${worse.length} worse`);
    for (const [id, result] of bare) {
      if (values.all) console.log(`  ${id}: ${result}/${redirected.get(id) ?? 'missing'}`);
    }
  }
  report(differences, table);
  process.exitCode = differences.length === 0 ? 0 : 1;
}

function prepare(modules) {
  if (!existsSync(LIBRARY)) throw new Error(`There is no ${LIBRARY}: build it with pnpm build`);
  mkdirSync(join(SANDBOX, '..'), { recursive: true });
  execFileSync('cc', ['-O2', '-o', SANDBOX, join(PACKAGE, 'native/test/sandbox.c')]);
  execFileSync(SANDBOX, ['probe']);
  const missing = modules.filter((module) => !hasModule(module));
  if (missing.length > 0) {
    throw new Error(`${PYTHON} has no ${missing.join(', ')}: install Debian's package libpython3-testsuite`);
  }
}

function hasModule(module) {
  const question = 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)';
  try {
    execFileSync(PYTHON, ['-c', question, `test.${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * The results of a module by the names of its tests: pass, fail, skip, crash or hang.
 *
 * A run that crashes or hangs is continued behind the test that did it.
 */
async function runModule(module, way, output, only) {
  const results = new Map();
  const base = join(output, `${module}.${way}${only === undefined ? '' : '.again'}`);
  const log = openSync(`${base}.log`, 'w');
  try {
    for (;;) {
      const listed = only === undefined ? [...results.keys()] : ['only', ...only.filter((id) => !results.has(id))];
      writeFileSync(`${base}.skip`, listed.map((id) => `${id}\n`).join(''));
      writeFileSync(`${base}.results`, '');
      const ending = await runPython(module, way, base, log);
      const before = results.size;
      collect(readFileSync(`${base}.results`, 'utf8'), results, ending);
      if (ending === 'ended' || results.size === before) return results;
    }
  } finally {
    closeSync(log);
  }
}

/** Starts Python in the sandbox; says whether it ended by itself, hung or crashed. */
async function runPython(module, way, base, log) {
  const directory = mkdtempSync('/dev/shm/sw-python-');
  const python = [PYTHON, DRIVER, module, `${base}.results`, `${base}.skip`, String(TEST_LIMIT_S)];
  const command =
    way === 'bare'
      ? [SANDBOX, 'up', ...python]
      : [SANDBOX, 'down', 'env', `LD_PRELOAD=${LIBRARY}`, `SOCKET_WRAPPER_DIR=${directory}`, ...python];
  const [file, ...args] = command;
  /* The tests leave files where they run. */
  const workplace = mkdtempSync(join(tmpdir(), 'sw-python-'));
  const child = spawn(file, args, { cwd: workplace, stdio: ['ignore', log, log], detached: true });
  /* faulthandler ends a test that hangs; this is for a process that hangs as a whole. */
  let quiet = setTimeout(() => {}, 0);
  let seen = -1;
  const watch = setInterval(() => {
    const size = readFileSync(`${base}.results`).length;
    if (size === seen) return;
    seen = size;
    clearTimeout(quiet);
    quiet = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), (TEST_LIMIT_S + 15) * 1000);
  }, 1000);
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on('error', reject).on('exit', (...ending) => resolve(ending));
    });
    endGroup(child.pid);
    if (signal === 'SIGKILL') return 'hang';
    if (signal !== null) return 'crash';
    /* What faulthandler exits with after it printed where everything hangs. */
    return code === 1 ? 'hang' : code === 0 ? 'ended' : 'crash';
  } finally {
    clearInterval(watch);
    clearTimeout(quiet);
    rmSync(directory, { recursive: true, force: true });
    rmSync(workplace, { recursive: true, force: true });
  }
}

/** What the tests left running in the process group of the interpreter. */
function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Reads the driver's lines. A test that was started and has no result is the one that ended the process. */
function collect(text, results, ending) {
  const started = new Set();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [word, ...rest] = line.split(' ');
    const id = rest.join(' ');
    if (word === 'start') started.add(id);
    else if (results.get(id) !== 'fail') results.set(id, word);
  }
  for (const id of started) {
    if (!results.has(id)) results.set(id, ending === 'ended' ? 'fail' : ending);
  }
}

function worseOf(bare, redirected) {
  return [...bare]
    .filter(([id, result]) => result === 'pass' && redirected.get(id) !== 'pass')
    .map(([id]) => ({ id, redirected: redirected.get(id) ?? 'missing' }));
}

/** A test counts when it also differs the second time, on its own. */
async function confirm(module, worse, output) {
  if (worse.length === 0) return [];
  const ids = worse.map(({ id }) => id);
  const bare = await runModule(module, 'bare', output, ids);
  const redirected = await runModule(module, 'redirected', output, ids);
  const again = new Map(worseOf(bare, redirected).map((each) => [each.id, each]));
  /* setUpClass and the like have no test of their own to be run again. */
  return worse.filter(({ id }) => again.has(id) || !bare.has(id));
}

function count(results, wanted) {
  return [...results.values()].filter((result) => result === wanted).length;
}

function summary(results) {
  const words = ['pass', 'fail', 'skip', 'crash', 'hang'];
  const counts = words.map((word) => [word, count(results, word)]).filter(([, number]) => number > 0);
  return counts.map(([word, number]) => `${number} ${word}`).join(' ') || 'nothing';
}

function report(differences, table) {
  const total = table.reduce((sum, [, bare]) => sum + bare, 0);
  console.log(`\n${total} tests pass bare, ${differences.length} of them not redirected.`);
  for (const { id, redirected } of differences) console.log(`pass/${redirected.toUpperCase()}  ${id}`);
}

await main();
