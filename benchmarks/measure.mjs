/**
 * Runs programs in every way and prints all numbers as JSON, by program and way, in the order of the rounds: `node measure.mjs elapsed|work ROUNDS PROGRAM…`. `bench.mjs` starts it, in a network
 * namespace of its own where there may be one.
 *
 * Each round runs every program in every way, so that a busy machine slows all of them down alike, and begins with another one, so that
 * none has the better place.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD } from './compile.mjs';
import { ROWS } from './rows.mjs';
import { WAYS } from './ways.mjs';

const TIME_LIMIT_MS = 30_000;
/** A program that fails once is not asked again, nor is its failure told again. */
const failed = new Set();

const [clock, rounds, ...names] = process.argv.slice(2);
console.log(JSON.stringify(measure(names, Number(rounds))));

/** The numbers of each program in each way; null where it failed. */
function measure(names, rounds) {
  const numbers = Object.fromEntries(names.map((name) => [name, mapValues(WAYS, () => [])]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { turns = 1 } = ROWS[name];
      for (let turn = 0; turn < turns; turn++) {
        for (const way of waysFrom(round + turn)) numbers[name][way].push(runOnce(name, way));
      }
    }
  }
  return numbers;
}

/** All ways, with the one at `start` first. */
function waysFrom(start) {
  const ways = Object.keys(WAYS);
  const first = start % ways.length;
  return [...ways.slice(first), ...ways.slice(0, first)];
}

function runOnce(name, way) {
  if (failed.has(`${name} ${way}`)) return null;
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sw-bench-'));
  try {
    const { status, stdout, stderr, signal } = spawnSync(join(BUILD, name), [...WAYS[way].arguments, clock], {
      cwd: directory,
      env: { PATH: process.env.PATH, ...WAYS[way].environment(directory) },
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    if (status === 0) return Number(stdout);
    console.error(`${name}, ${WAYS[way].title}: ${signal ?? `exit code ${status}`} ${stderr.trim()}`);
    failed.add(`${name} ${way}`);
    return null;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
