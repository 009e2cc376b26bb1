/**
 * `node capture.mjs`: what recording costs, beside the same program unrecorded and beside Samba's socket_wrapper with its pcap on.
 *
 *     node capture.mjs                 medians of 5 rounds
 *     node capture.mjs --rounds 15
 *     node capture.mjs --work          the processor's time instead of what passes: for busy machines
 *     node capture.mjs --check         ends with code 1 when a goal is missed
 *
 * Each round runs every program once in every way, so that a busy machine slows all of them down alike.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { libraryPath } from '@socket-wrapper/preload';
import { BUILD, compileAll } from './compile.mjs';
import { readOptions, wholeNumber } from './options.mjs';

const FEWEST_ROUNDS = 5;
const TIME_LIMIT_MS = 60_000;

const PROGRAMS = {
  stream_first: '64 KiB stream write, of the first 512',
  stream_later: '64 KiB stream write, after 2,048',
  ping_pong: '1 byte ping-pong',
  connect: 'connect, accept, close',
};

/** What is promised: how fast `way` is at least, beside another way. */
const GOALS = [
  { program: 'stream_first', way: 'recorder', beside: 'off', least: 0.6 },
  { program: 'stream_first', way: 'again', beside: 'off', least: 0.6 },
  { program: 'stream_later', way: 'recorder', beside: 'off', least: 0.6 },
  { program: 'ping_pong', way: 'recorder', beside: 'off', least: 0.9 },
  { program: 'connect', way: 'recorder', beside: 'off', least: 0.9 },
  { program: 'stream_first', way: 'recorder', beside: 'samba', least: 5 },
  { program: 'stream_later', way: 'recorder', beside: 'samba', least: 5 },
  { program: 'stream_first', way: 'file', beside: 'samba', least: 5 },
  { program: 'stream_later', way: 'file', beside: 'samba', least: 5 },
];

/** Where Debian, Ubuntu and Fedora put Samba's library. */
const SAMBA_LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib/aarch64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib64/libsocket_wrapper.so',
].find(existsSync);

const WAYS = {
  off: { title: 'unrecorded', library: libraryPath(), file: undefined },
  recorder: { title: 'flight recorder', library: libraryPath(), file: '.capture' },
  again: { title: 'recorder of an earlier test', library: libraryPath(), file: '.capture', isUsed: true },
  file: { title: 'pcap file', library: libraryPath(), file: 'capture.pcap' },
  ...(SAMBA_LIBRARY && { samba: { title: "Samba's pcap", library: SAMBA_LIBRARY, file: 'capture.pcap' } }),
};

function main() {
  const { values } = readOptions('capture.mjs', {
    rounds: { type: 'string', default: String(FEWEST_ROUNDS) },
    work: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  });
  const rounds = wholeNumber('capture.mjs', '--rounds', values.rounds, FEWEST_ROUNDS);
  compileAll();
  const speeds = measure(rounds, values.work ? 'work' : 'elapsed');
  console.log(`Medians of ${rounds} runs\n\n${timeTable(speeds)}\n`);
  const goals = GOALS.filter(({ beside }) => beside in WAYS).map((goal) => ({ ...goal, is: ratioOf(speeds, goal) }));
  console.log(`Speed beside another way, against what is promised: more is better\n\n${goalTable(goals)}`);
  if (values.check && goals.some(({ is, least }) => is < least)) process.exitCode = 1;
}

function ratioOf(speeds, { program, way, beside }) {
  return speeds[program][way] / speeds[program][beside];
}

/** What one step takes in each way. */
function timeTable(speeds) {
  const rows = Object.entries(PROGRAMS).map(([program, title]) => [
    title,
    ...Object.keys(WAYS).map((way) => `${(1e6 / speeds[program][way]).toFixed(2)} us`),
  ]);
  return layOut([['', ...Object.values(WAYS).map(({ title }) => title)], ...rows]);
}

function goalTable(goals) {
  const rows = goals.map(({ program, way, beside, least, is }) => [
    `${PROGRAMS[program]}: ${WAYS[way].title} beside ${WAYS[beside].title}`,
    is.toFixed(2),
    least.toFixed(2),
    is < least ? 'too slow' : 'met',
  ]);
  return layOut([['', 'is', 'at least', ''], ...rows]);
}

function layOut(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])));
  return rows.map((row) => line(row).join('   ').trimEnd()).join('\n');
}

/** The median of the steps per second of each program in each way. */
function measure(rounds, clock) {
  const none = () => Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
  const numbers = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, none()]));
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(PROGRAMS)) {
      for (const way of Object.keys(WAYS)) numbers[name][way].push(1e9 / runOnce(name, WAYS[way], clock));
    }
  }
  for (const ways of Object.values(numbers)) {
    for (const [way, speeds] of Object.entries(ways)) ways[way] = speeds.sort((a, b) => a - b)[Math.floor(rounds / 2)];
  }
  return numbers;
}

/** What the packages ask the native library for in the process of the tests. */
const addon = { exports: {} };
process.dlopen(addon, join(dirname(libraryPath()), 'attach.node'));

const FOLDER = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sw-bench-'));
process.on('exit', () => rmSync(FOLDER, { recursive: true }));
const USED_RECORDER = join(FOLDER, 'recorder');

/** Puts a recorder that is full, as tests leave it that send much, into the directory of a new network, as the packages do. */
function lendRecorder(directory) {
  if (!existsSync(USED_RECORDER)) {
    runIn(directory, 'stream_later', WAYS.recorder, 'elapsed');
    renameSync(join(directory, '.capture'), USED_RECORDER);
    rmSync(directory, { recursive: true });
    mkdirSync(directory);
  }
  if (!addon.exports.renewRecorder(USED_RECORDER)) throw new Error(`${USED_RECORDER} cannot be used again`);
  renameSync(USED_RECORDER, join(directory, '.recorder'));
}

/** The nanoseconds that one step took. */
function runOnce(name, way, clock) {
  const directory = mkdtempSync(join(FOLDER, 'network-'));
  if (way.isUsed) lendRecorder(directory);
  const steps = runIn(directory, name, way, clock);
  if (way.isUsed) renameSync(join(directory, '.capture'), USED_RECORDER);
  rmSync(directory, { recursive: true });
  return steps;
}

function runIn(directory, name, { title, library, file }, clock) {
  const { status, stdout, stderr, signal } = spawnSync(join(BUILD, name), ['ip', 'localhost', clock], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      LD_PRELOAD: library,
      SOCKET_WRAPPER_DIR: directory,
      SOCKET_WRAPPER_DEFAULT_IFACE: '1',
      ...(file !== undefined && { SOCKET_WRAPPER_PCAP_FILE: join(directory, file) }),
    },
    encoding: 'utf8',
    timeout: TIME_LIMIT_MS,
  });
  if (status !== 0) throw new Error(`${name}, ${title}: ${signal ?? `exit code ${status}`} ${stderr.trim()}`);
  return Number(stdout);
}

main();
