/**
 * A case is the part of a suite that one process runs: a single test, or a module of many.
 *
 * `run({ start, base, only })` gives a map from the names of its tests to pass, fail, skip, crash or hang. `start` runs a
 * program the way that is asked for, `base` is what the paths of its logs begin with; with `only`, a list of names, those
 * tests are enough.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { runProgram } from './program.mjs';

/** What programs exit with that skip their test: automake's convention, which many follow. */
const EXIT_SKIP = 77;

/** In front of a command that must not be root's, or that tries what root may do with the kernel's sockets. */
export const ORDINARY_USER = ['unshare', '--user', '--map-user=1000'];

/**
 * A case that is one test: passed when the program exits with 0.
 *
 * @param {string} name
 * @param {Parameters<typeof runProgram>[1]} program without its log
 */
export function singleTest(name, program) {
  return {
    name,
    async run({ start }) {
      const { ending, code } = await start(program);
      return new Map([[name, ending === 'ended' ? resultOfStatus(code) : ending]]);
    },
  };
}

/**
 * A case whose program says in its output how each test went.
 *
 * @param {string} name
 * @param {Parameters<typeof runProgram>[1]} program without its log
 * @param {(output: string) => Iterable<[string, string]>} read the names and results in the output
 */
export function reportedTests(name, program, read) {
  return {
    name,
    async run({ start }) {
      const { ending, code, output } = await start(program);
      const results = new Map();
      for (const [test, result] of read(output)) {
        if (results.get(test) !== 'fail') results.set(test, result);
      }
      /* The rest of a program that did not get to its end has no results. */
      results.set(`${name} as a whole`, ending === 'ended' ? resultOfStatus(code) : ending);
      return results;
    },
  };
}

/** Results of the Test Anything Protocol. Numbers make the names of tests unique that have the same description. */
export function* tapResults(output) {
  const line = /^\s*(not )?ok\b *(\d*)(?: *-)? *(.*?)(?: *# *(skip|todo)\b.*)?$/gim;
  for (const [, not, number, description, directive] of output.matchAll(line)) {
    const isSkipped = directive !== undefined;
    yield [`${number} ${description}`.trim(), isSkipped ? 'skip' : not === undefined ? 'pass' : 'fail'];
  }
}

/** Results of GoogleTest: `[       OK ] AddressFamilies/MockChannelTest.Basic/0 (1 ms)`. */
export function* googleTestResults(output) {
  const words = { OK: 'pass', FAILED: 'fail', SKIPPED: 'skip' };
  for (const [, word, name] of output.matchAll(/^\[ +(OK|FAILED|SKIPPED) +\] (\S+?)(?:,.*)? \(\d+ ms\)$/gm)) {
    yield [name, words[word]];
  }
}

/** Runs a case the given way; its programs' output goes to `base`.log. */
export async function runCase(each, way, base, only) {
  const log = `${base}.log`;
  const fd = openSync(log, 'w');
  const start = async (program) => {
    const begin = readFileSync(log).length;
    const ending = await runProgram(way, { ...program, log: fd });
    return { ...ending, output: readFileSync(log).subarray(begin).toString('utf8') };
  };
  try {
    return await each.run({ start, base, only });
  } finally {
    closeSync(fd);
  }
}

function resultOfStatus(code) {
  if (code === EXIT_SKIP) return 'skip';
  /* A shell's word for a program that died of a signal. */
  if (code > 128) return 'crash';
  return code === 0 ? 'pass' : 'fail';
}
