/**
 * `node capture.mjs`: what recording costs, beside the same program unrecorded and beside Samba's socket_wrapper with its pcap on.
 *
 *     node capture.mjs                 medians of 5 rounds
 *     node capture.mjs --rounds 15
 *     node capture.mjs --check         ends with code 1 when a ratio is below what is promised
 *
 * Each round runs every program once in every way, so that a busy machine slows all of them down alike.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { libraryPath } from '@socket-wrapper/preload';

const BENCH = fileURLToPath(new URL('bench.mjs', import.meta.url));
const BUILD = fileURLToPath(new URL('build', import.meta.url));
const FEWEST_ROUNDS = 5;
const TIME_LIMIT_MS = 60_000;

/** Programs, and how fast the flight recorder lets them be at least, 1 being unrecorded. */
const PROGRAMS = {
  stream_write: { title: '64 KiB stream write', least: 0.6 },
  ping_pong: { title: '1 byte ping-pong', least: 0.9 },
  connect: { title: 'connect, accept, close', least: 0.9 },
};
/** How many times the throughput of Samba's library a recorded stream has at least, in a file as well. */
const LEAST_BESIDE_SAMBA = 5;

/** Where Debian, Ubuntu and Fedora put Samba's library. */
const SAMBA_LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib/aarch64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib64/libsocket_wrapper.so',
].find(existsSync);

const WAYS = {
  off: { title: 'unrecorded', library: libraryPath(), file: undefined },
  recorder: { title: 'flight recorder', library: libraryPath(), file: '.capture' },
  file: { title: 'pcap file', library: libraryPath(), file: 'capture.pcap' },
  ...(SAMBA_LIBRARY && { samba: { title: "Samba's pcap", library: SAMBA_LIBRARY, file: 'capture.pcap' } }),
};

function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(FEWEST_ROUNDS) },
      check: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < FEWEST_ROUNDS) {
    console.error(`capture.mjs: --rounds ${values.rounds}: at least ${FEWEST_ROUNDS} are needed`);
    process.exit(2);
  }
  execFileSync(process.execPath, [BENCH, '--build'], { stdio: 'inherit' });

  const speeds = measure(rounds);
  console.log(`Speed beside the same program unrecorded, medians of ${rounds} runs: more is better\n`);
  const failures = Object.entries(PROGRAMS).flatMap(([name, { title, least }]) => {
    const { off, recorder, file, samba } = speeds[name];
    const cells = Object.entries(WAYS).map(([way, { title }]) => `${title} ${(speeds[name][way] / off).toFixed(2)}`);
    console.log(`${title.padEnd(24)} ${cells.join('   ')}   (${(1e9 / off).toFixed(0)} ns)`);
    const tooSlow =
      recorder / off < least ? [`${title}: ${(recorder / off).toFixed(2)}, at least ${least} is promised`] : [];
    if (name !== 'stream_write' || samba === undefined) return tooSlow;
    console.log(
      `${''.padEnd(24)} beside Samba's: recorder ${(recorder / samba).toFixed(1)}, file ${(file / samba).toFixed(1)}`,
    );
    return file / samba < LEAST_BESIDE_SAMBA
      ? [...tooSlow, `a file is only ${(file / samba).toFixed(1)} of Samba's`]
      : tooSlow;
  });
  for (const failure of failures) console.log(`too slow: ${failure}`);
  if (values.check && failures.length > 0) process.exitCode = 1;
}

/** The median of the steps per second of each program in each way. */
function measure(rounds) {
  const none = () => Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
  const numbers = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, none()]));
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(PROGRAMS)) {
      for (const way of Object.keys(WAYS)) numbers[name][way].push(1e9 / runOnce(name, WAYS[way]));
    }
  }
  for (const ways of Object.values(numbers)) {
    for (const [way, speeds] of Object.entries(ways)) ways[way] = speeds.sort((a, b) => a - b)[Math.floor(rounds / 2)];
  }
  return numbers;
}

/** The nanoseconds that one step took. */
function runOnce(name, { title, library, file }) {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sw-bench-'));
  try {
    const { status, stdout, stderr, signal } = spawnSync(join(BUILD, name), ['ip'], {
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
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

main();
