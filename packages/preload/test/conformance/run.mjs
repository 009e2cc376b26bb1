/**
 * Runs test-suites that others wrote twice, bare in a network namespace of their own and redirected, and lists every test that
 * passes bare and does not redirected. Exits with 1 when there is one. README.md beside this file says more.
 *
 *     node test/conformance/run.mjs [SUITE[:CASE]]… [--list] [--all] [--output FOLDER]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCase } from './cases.mjs';
import { choose } from './choose.mjs';
import { BUILD, LIBRARY, SANDBOX, SANDBOX_SOURCE } from './places.mjs';
import { SUITES } from './suites.mjs';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      output: { type: 'string', default: join(BUILD, 'logs') },
    },
  });
  const chosen = choose(SUITES, positionals);
  if (values.list) {
    for (const { suite, cases } of chosen) for (const { name } of cases()) console.log(`${suite.name}:${name}`);
    return;
  }
  prepare();
  const table = [];
  for (const { suite, cases } of chosen) {
    try {
      table.push(await runSuite(suite, cases(), { all: values.all, output: resolve(values.output, suite.name) }));
    } catch (error) {
      /* A mirror may lack a source: the other suites are run all the same. */
      console.error(`${suite.name}: cannot be run: ${error.message}`);
      process.exitCode = 1;
    }
  }
  report(table);
  if (table.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
}

function prepare() {
  if (!existsSync(LIBRARY)) throw new Error(`There is no ${LIBRARY}: build it with pnpm build`);
  mkdirSync(BUILD, { recursive: true });
  const folder = mkdtempSync(`${SANDBOX}-`);
  execFileSync('cc', ['-O2', '-o', join(folder, 'sandbox'), SANDBOX_SOURCE]);
  /* Others may be running it. */
  renameSync(join(folder, 'sandbox'), SANDBOX);
  rmSync(folder, { recursive: true });
  execFileSync(SANDBOX, ['probe']);
}

/** Runs the cases of a suite one after the other: tests that wait for each other in time do badly beside others. */
async function runSuite(suite, cases, { all, output }) {
  mkdirSync(output, { recursive: true });
  const row = { suite: suite.name, tests: 0, bare: 0, redirected: 0, differences: [] };
  for (const each of cases) {
    const base = join(output, each.name.replace(/[^\w.-]+/g, '_'));
    const bare = await runCase(each, 'bare', `${base}.bare`);
    const redirected = await runCase(each, 'redirected', `${base}.redirected`);
    const differences = await confirm(each, worseOf(bare, redirected), base);
    row.tests += bare.size;
    row.bare += count(bare, 'pass');
    row.redirected += [...bare].filter(
      ([id, result]) => result === 'pass' && !differences.some((one) => one.id === id),
    ).length;
    row.differences.push(...differences);
    if (all)
      for (const [id, result] of bare)
        console.log(`${suite.name}: ${id}: ${result}/${redirected.get(id) ?? 'missing'}`);
    for (const { id, redirected: result } of differences)
      console.log(`${suite.name}: ${id}: pass/${result.toUpperCase()}`);
  }
  console.log(
    `${suite.name}: ${row.bare} of ${row.tests} tests pass bare, ${row.differences.length} of them not redirected`,
  );
  return row;
}

function worseOf(bare, redirected) {
  return [...bare]
    .filter(([id, result]) => result === 'pass' && redirected.get(id) !== 'pass')
    .map(([id]) => ({ id, redirected: redirected.get(id) ?? 'missing' }));
}

/** A test counts when it also differs the second time, on its own. */
async function confirm(each, worse, base) {
  if (worse.length === 0) return [];
  const ids = worse.map(({ id }) => id);
  const bare = await runCase(each, 'bare', `${base}.bare.again`, ids);
  const redirected = await runCase(each, 'redirected', `${base}.redirected.again`, ids);
  const again = new Set(worseOf(bare, redirected).map(({ id }) => id));
  /* setUpClass and the like have no test of their own to be run again. */
  return worse.filter(({ id }) => again.has(id) || !bare.has(id));
}

function count(results, wanted) {
  return [...results.values()].filter((result) => result === wanted).length;
}

function report(table) {
  console.log(
    '\n| suite | tests | pass bare | of them redirected | differences |\n| --- | ---: | ---: | ---: | ---: |',
  );
  for (const { suite, tests, bare, redirected, differences } of table) {
    console.log(`| ${suite} | ${tests} | ${bare} | ${redirected} | ${differences.length} |`);
  }
}

await main();
