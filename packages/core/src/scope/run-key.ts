/**
 * Tells one run of the tests from the next, so that a capture of the last run is replaced and one of this run is not.
 */
import { readFileSync } from 'node:fs';

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
  if (known?.pid !== pid) known = { pid, key: `${pid}-${startTimeOf(pid)}` };
  return known.key;
}

/** In clock ticks since boot, field 22 of proc_pid_stat(5); empty where there is no /proc. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command in parentheses may hold anything, spaces and parentheses included. Field 3 follows it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? '';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH') return '';
    throw error;
  }
}
