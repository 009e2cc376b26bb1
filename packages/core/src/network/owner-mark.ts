/**
 * Says in the directory of a network whose it is, so that somebody else can remove it when its owner was killed.
 *
 * The process that makes a network removes it, or its janitor does. Nobody is left to do so when SIGKILL meets the process
 * before the first program has brought the janitor. `docs/network-directory.md` ("`.owner`") is the contract.
 */
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStatOf } from '../process-stat.js';

export const OWNER_FILE = '.owner';

/** What says that this process is the owner: looked up once, for tests make networks by the hundred. */
let ownMark: string | undefined;

/** Marks `directory` as made by this process. Where /proc cannot be read it stays unmarked. */
export function markAsOurs(directory: string): void {
  ownMark ??= markOfThisProcess();
  if (ownMark !== undefined) writeFileSync(join(directory, OWNER_FILE), ownMark);
}

function markOfThisProcess(): string | undefined {
  const owner = processOf('self');
  const namespace = pidNamespace();
  return owner === undefined || namespace === undefined
    ? undefined
    : `${process.pid} ${owner.startTime} ${namespace}\n`;
}

/**
 * Whether the process is gone that made `directory`: ended, or its number belongs to another one by now. False whenever
 * that cannot be told, as of a directory without a mark, and of a process in another container.
 */
export function isAbandoned(directory: string): boolean {
  const mark = contentsOf(join(directory, OWNER_FILE));
  const { pid, startTime, namespace } =
    /^(?<pid>\d+) (?<startTime>\d+) (?<namespace>\S+)\n$/.exec(mark ?? '')?.groups ?? {};
  if (pid === undefined || namespace !== pidNamespace()) return false;
  return processOf(pid)?.startTime !== startTime;
}

/** Whether a process with this number runs. */
export function isRunning(pid: number): boolean {
  return processOf(String(pid)) !== undefined;
}

/** What tells a process from another one that has its number later; `undefined` when it has ended. */
function processOf(pid: string): { readonly startTime: string } | undefined {
  const stat = contentsOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const { state, startTime } = processStatOf(stat);
  // A zombie has ended and only waits for its parent to notice.
  return startTime === undefined || state === 'Z' ? undefined : { startTime };
}

/** The numbers of processes mean something in their namespace alone (pid_namespaces(7)). */
function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined; // No /proc, or a runtime that does not let it be read.
  }
}

function contentsOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Gone, never there, or not ours to read: nothing can be told.
  }
}
