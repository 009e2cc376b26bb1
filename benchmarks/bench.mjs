/**
 * `pnpm bench`: what redirected sockets cost, compared in one run with raw Unix sockets, with the kernel's loopback and with
 * Samba's socket_wrapper where it is installed.
 *
 *     pnpm bench                       all, in less than a minute
 *     pnpm bench --only connect        one of them; may be given several times
 *     pnpm bench --rounds 15           medians of so many runs instead of 5
 *     pnpm bench --json                the medians as JSON
 *     pnpm bench --build               only compiles the programs
 *
 * Each round runs every program once in every way, so that a busy machine slows all of them down alike.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { libraryPath } from '@socket-wrapper/preload';

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url));
const BUILD = fileURLToPath(new URL('build', import.meta.url));
const FEWEST_ROUNDS = 5;
const TIME_LIMIT_MS = 30_000;

/** Program, and what its number means. */
const BENCHMARKS = {
  stream_write: { title: '64 KiB stream write', unit: 'ns' },
  ping_pong: { title: '1 byte ping-pong, TCP', unit: 'ns' },
  udp_ping_pong: { title: '1 byte ping-pong, UDP', unit: 'ns' },
  connect: { title: 'connect, accept, close', unit: 'ns' },
  socket_close: { title: 'socket, close', unit: 'ns' },
  process_start: { title: 'process start', unit: 'ns' },
  fork: { title: 'fork', unit: 'ns' },
  file_io: { title: 'read and write of files', unit: 'ns' },
  memory: { title: 'resident memory', unit: 'KiB' },
};

/** Where Debian, Ubuntu and Fedora put Samba's library. */
const SAMBA_LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib/aarch64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib64/libsocket_wrapper.so',
].find(existsSync);

/** The ways to run a program: the kind of its sockets, and the environment that `directory` makes. */
const WAYS = {
  unix: { title: 'Unix', sockets: 'unix', environment: () => ({}) },
  loopback: { title: 'loopback', sockets: 'ip', environment: () => ({}) },
  ours: { title: 'ours', sockets: 'ip', environment: (directory) => preload(libraryPath(), directory) },
  capturing: {
    title: 'ours, capturing',
    sockets: 'ip',
    environment: (directory) => ({
      ...preload(libraryPath(), directory),
      SOCKET_WRAPPER_PCAP_FILE: join(directory, 'capture.pcap'),
    }),
  },
  ...(SAMBA_LIBRARY && {
    samba: { title: "Samba's", sockets: 'ip', environment: (directory) => preload(SAMBA_LIBRARY, directory) },
  }),
};

function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: Object.keys(BENCHMARKS) },
      rounds: { type: 'string', default: String(FEWEST_ROUNDS) },
      json: { type: 'boolean', default: false },
      build: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const unknown = values.only.filter((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown.length > 0)
    fail(`there is no ${unknown.join(', ')}, but there are ${Object.keys(BENCHMARKS).join(', ')}`);
  if (!Number.isInteger(rounds) || rounds < FEWEST_ROUNDS) fail(`--rounds ${values.rounds}: at least 5 are needed`);

  compileAll();
  if (values.build) return;
  const medians = measure(values.only, rounds);
  console.log(values.json ? JSON.stringify(medians, null, 2) : tables(medians, rounds));
}

/** The median of each benchmark in each way; NaN where a program failed. */
function measure(names, rounds) {
  const numbers = Object.fromEntries(names.map((name) => [name, mapValues(WAYS, () => [])]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      for (const way of Object.keys(WAYS)) numbers[name][way].push(runOnce(name, WAYS[way]));
    }
  }
  return mapValues(numbers, (ways) => mapValues(ways, median));
}

function runOnce(name, { title, sockets, environment }) {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sw-bench-'));
  try {
    const { status, stdout, stderr, signal } = spawnSync(join(BUILD, name), [sockets], {
      cwd: directory,
      env: { PATH: process.env.PATH, ...environment(directory) },
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
    });
    if (status === 0) return Number(stdout);
    console.error(`${name}, ${title}: ${signal ?? `exit code ${status}`} ${stderr.trim()}`);
    process.exitCode = 1;
    return Number.NaN;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function preload(library, directory) {
  return { LD_PRELOAD: library, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_DEFAULT_IFACE: '1' };
}

function compileAll() {
  mkdirSync(BUILD, { recursive: true });
  const shared = [join(PROGRAMS, 'bench.c'), join(PROGRAMS, 'bench.h')];
  for (const file of readdirSync(PROGRAMS).filter((file) => file.endsWith('.c') && file !== 'bench.c')) {
    const output = join(BUILD, basename(file, '.c'));
    const sources = [join(PROGRAMS, file), ...shared];
    const isFresh =
      existsSync(output) && sources.every((source) => statSync(source).mtimeMs < statSync(output).mtimeMs);
    if (isFresh) continue;
    const inputs = sources.filter((source) => source.endsWith('.c'));
    const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
    execFileSync(process.env.CC ?? 'cc', [...flags, '-o', output, ...inputs], { stdio: 'inherit' });
  }
}

function tables(medians, rounds) {
  const rows = Object.entries(medians);
  const titles = ['', ...Object.values(WAYS).map(({ title }) => title)];
  const absolute = rows.map(([name, ways]) => [
    BENCHMARKS[name].title,
    ...Object.values(ways).map((number) => format(number, BENCHMARKS[name].unit)),
  ]);
  const relative = rows.map(([name, { loopback, ...others }]) => [
    BENCHMARKS[name].title,
    ...Object.keys(WAYS).map((way) => (way === 'loopback' ? '1.00' : ratio(others[way] / loopback))),
  ]);
  return [
    `Medians of ${rounds} runs`,
    layOut([titles, ...absolute]),
    'Compared with the loopback: less is better',
    layOut([titles, ...relative]),
  ].join('\n\n');
}

function layOut(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])));
  return rows.map((row) => line(row).join('   ')).join('\n');
}

function format(number, unit) {
  if (Number.isNaN(number)) return 'failed';
  if (unit !== 'ns') return `${number.toFixed(0)} ${unit}`;
  return number < 1000 ? `${number.toFixed(0)} ns` : `${(number / 1000).toFixed(number < 100_000 ? 2 : 0)} us`;
}

function ratio(number) {
  return Number.isNaN(number) ? '-' : number.toFixed(2);
}

/** NaN when one of the runs failed. */
function median(numbers) {
  if (numbers.some(Number.isNaN)) return Number.NaN;
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function fail(message) {
  console.error(`pnpm bench: ${message}`);
  process.exit(2);
}

main();
