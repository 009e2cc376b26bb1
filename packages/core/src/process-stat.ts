/**
 * Reads what `/proc/PID/stat` says of a process (proc_pid_stat(5)).
 */

/** What is told of a process. */
export interface ProcessStat {
  /** `R` while it runs, `Z` once it has ended and waits for its parent to notice, and so on. Empty for a file that is none. */
  readonly state: string;
  /** In clock ticks since boot: tells a process from another one that has its number later. `undefined` for a file that is none. */
  readonly startTime: string | undefined;
}

/** Fields 3 and 22, as they are numbered there. */
const FIRST_BEHIND_COMMAND = 3;
const START_TIME = 22 - FIRST_BEHIND_COMMAND;

/** Reads the contents of the file. The command in parentheses may hold anything, spaces and parentheses included. */
export function processStatOf(contents: string): ProcessStat {
  const fields = contents.slice(contents.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[START_TIME] };
}
