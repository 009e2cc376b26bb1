/**
 * Tells one run of the tests from the next, so that a capture of the last run is replaced and one of this run is not; and
 * tells runs that have ended from those that go on beside this one, as shards do, whose captures are left alone.
 */
import { readFileSync } from 'node:fs';
import { nodeCrypto } from '../node-crypto.js';
import { processStatOf } from '../process-stat.js';

/** The last answer: asked for at the end of every test, for a process that lives as long as this one runs in its name. */
let known: { readonly pid: number; readonly key: string } | undefined;

/**
 * Names the run that this process belongs to: the runner's main process, by its pid and the time it started.
 *
 * Runners fork their worker processes with an IPC channel, and `node --test` says what it does in a variable; those
 * processes belong to the run of their parent.
 */
export function runKey(): string {
  const isWorker = process.send !== undefined || process.env.NODE_TEST_CONTEXT !== undefined;
  const pid = isWorker ? process.ppid : process.pid;
  if (known?.pid !== pid) known = { pid, key: processKey(pid) };
  return known.key;
}

/** Names a run that begins now in this process, the runner's main one: another one than those it has named before. */
export function newRunKey(): string {
  return `${processKey(process.pid)}/${nodeCrypto().randomUUID()}`;
}

/** Whether `run` may be one of this process, or of the one that this process works for: it does not name another one. */
export function isOwnRun(run: string): boolean {
  const owner = processOf(run);
  return !PROCESS_KEY.test(owner) || owner === processKey(process.pid) || owner === runKey();
}

/**
 * Whether `run` goes on in another process than that of `ours`. Of a process in another container it cannot be told, and is
 * taken for ended: captures of earlier runs are to go.
 */
export function goesOnElsewhere(run: string, ours: string): boolean {
  const owner = processOf(run);
  const [, pid, startTime] = PROCESS_KEY.exec(owner) ?? [];
  return pid !== undefined && owner !== processOf(ours) && startTimeOf(Number(pid)) === startTime;
}

const PROCESS_KEY = /^(\d+)-(\d+)$/;

function processKey(pid: number): string {
  return `${pid}-${startTimeOf(pid)}`;
}

/** The part of a key that says whose run it is. */
function processOf(run: string): string {
  return run.split('/', 1)[0] ?? '';
}

/** When the process started; empty where there is no /proc, or no such process. */
function startTimeOf(pid: number): string {
  try {
    return processStatOf(readFileSync(`/proc/${pid}/stat`, 'latin1')).startTime ?? '';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH') return '';
    throw error;
  }
}
