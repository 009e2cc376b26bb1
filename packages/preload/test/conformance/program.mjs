/**
 * Runs programs in a network namespace of their own: bare, where the kernel's loopback is up, or redirected, where nothing but
 * redirected sockets can talk.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIBRARY, SANDBOX } from './places.mjs';

/** How often the file that a program writes its progress to is looked at. */
const LOOK_MS = 1000;
/** In the environment of all that a program starts: the folder of its network, which no other run has. */
const MARK = 'CONFORMANCE_NETWORK';

/**
 * Runs `command` to its end.
 *
 * @param {'bare' | 'redirected'} way
 * @param {object} program
 * @param {string[]} program.command the program and its arguments
 * @param {string[]} [program.itself] run instead where it is to be redirected: it sees to that by itself, without the library
 * @param {Record<string, string>} [program.environment] added to the environment
 * @param {string} [program.folder] where it runs; a new folder of its own when there is none
 * @param {number} program.log the descriptor that its output goes to
 * @param {number} program.limitS seconds until it counts as hanging
 * @param {string} [program.progress] a file: as long as it grows, the time starts over
 * @returns {Promise<{ ending: 'ended' | 'crash' | 'hang', code: number }>} how it ended: by itself, with the exit status
 *   `code`, by a signal, or not in time
 */
export async function runProgram(way, { command, itself, environment = {}, folder, log, limitS, progress }) {
  const network = mkdtempSync('/dev/shm/sw-suite-');
  const workplace = mkdtempSync(join(tmpdir(), 'sw-suite-'));
  const preloaded = ['env', `LD_PRELOAD=${LIBRARY}`, `SOCKET_WRAPPER_DIR=${network}`, ...command];
  const inside = way === 'bare' ? ['up', ...command] : ['down', ...(itself ?? preloaded)];
  const child = spawn(SANDBOX, inside, {
    cwd: folder ?? workplace,
    env: { ...process.env, ...environment, [MARK]: network },
    stdio: ['ignore', log, log],
    detached: true,
  });
  const watch = watchTime(child, limitS, progress);
  try {
    const [code, signal] = await new Promise((resolve, reject) => {
      child.on('error', reject).on('exit', (...ending) => resolve(ending));
    });
    if (watch.isOver) return { ending: 'hang', code: 1 };
    return { ending: signal === null ? 'ended' : 'crash', code: code ?? 1 };
  } finally {
    watch.end();
    if (child.pid !== undefined) endGroup(child.pid);
    endStrays(network);
    /* What was killed may be at work for a moment still. */
    for (const each of [network, workplace]) rmSync(each, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Kills `child` and its process group once `limitS` seconds passed without progress. */
function watchTime(child, limitS, progress) {
  const watch = { isOver: false, end: () => clearInterval(interval) };
  let size = -1;
  let deadline = performance.now() + limitS * 1000;
  const interval = setInterval(() => {
    const current = progress === undefined ? size : statSync(progress).size;
    if (current !== size) deadline = performance.now() + limitS * 1000;
    size = current;
    if (performance.now() < deadline) return;
    watch.isOver = true;
    endGroup(child.pid);
  }, LOOK_MS);
  return watch;
}

/** What is left of the process group that `pid` leads. */
function endGroup(pid) {
  kill(-pid);
}

/** Daemons, and what a runner left behind that crashed, in groups of their own: they would go on making sockets in `network`. */
function endStrays(network) {
  const mark = Buffer.from(`${MARK}=${network}\0`);
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry) && environmentOf(entry).includes(mark)) kill(Number(entry));
  }
}

/** Empty for a process that has ended meanwhile, or is of another user. */
function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return Buffer.alloc(0);
    throw error;
  }
}

/** Kills what process.kill() understands `pid` to be, if it is still there. */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
