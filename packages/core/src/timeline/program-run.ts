/**
 * Which programs ran on a network, so that its packets can be told apart by who sent them.
 */
import { wallClockMs } from '../real-time.js';

/** A program that was started on a host. */
export interface ProgramStart {
  /** The name of the host. */
  readonly host: string;
  readonly interfaceId: number;
  /** The process that was started; it may start others. */
  readonly pid: number;
  /** The `SOCKET_WRAPPER_SPAWN` that all of them carry. */
  readonly spawn: number;
  /** `nginx` */
  readonly name: string;
  /** The command as one would type it. */
  readonly command: string;
}

/** A program that ran, or still runs, on a host. */
export interface ProgramRun extends ProgramStart {
  /** Milliseconds since 1970, with fractions. */
  readonly startedMs: number;
  /** Absent while it runs. */
  readonly endedMs?: number;
  /** How it ended: `exited with code 0`. */
  readonly end?: string;
}

const MAX_PROGRAMS = 4096;

/** The last programs of a network, in the order of their starts. */
export class ProgramRuns {
  readonly #runs: { value: ProgramRun }[] = [];

  get all(): readonly ProgramRun[] {
    return this.#runs.map(({ value }) => value);
  }

  /** Gives back the function to call when it ends. */
  add(start: ProgramStart): (end: string) => void {
    const run: { value: ProgramRun } = { value: { ...start, startedMs: wallClockMs() } };
    this.#runs.push(run);
    if (this.#runs.length > MAX_PROGRAMS) this.#runs.shift();
    return (end) => {
      run.value = { ...run.value, endedMs: wallClockMs(), end };
    };
  }
}
