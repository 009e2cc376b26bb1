/**
 * Starts a program on a host and follows it until it is ready: what `host.spawn()` does.
 */

import { assertOptions, OPTION, type OptionKinds, oneOf } from '@socket-wrapper/core';
import type { ProgramHost } from '../networks/program-host.js';
import { asSeenBy, type Caller, callerOf } from './caller-frames.js';
import { type Listening, targetsOf, waitUntilListening } from './listening.js';
import { type Command, PROCESS_OPTIONS, type ProcessOptions, planProgram } from './plan.js';
import { SpawnedProgram, StartingProgram } from './program.js';
import { ProgramProcess } from './program-process.js';
import { tellStory } from './program-story.js';
import { startError } from './spawn-error.js';

/** How `host.spawn()` starts a program. */
export interface SpawnOptions extends ProcessOptions {
  /** The ports to wait for: `80`, `[80, 443]`, `{ port: 53, transport: 'udp' }`. Default: none, it is ready once it runs. */
  readonly listening?: Listening;
  /**
   * What its standard input is, unless `input` says it: a pipe that stays open, which `program.stdin` writes to, or with
   * `ignore` /dev/null. Default: `pipe`.
   */
  readonly stdin?: 'pipe' | 'ignore';
  /** How long the program has to get there. Default: 10 000. */
  readonly timeoutMs?: number;
}

const SPAWN_OPTIONS: OptionKinds<SpawnOptions> = {
  listening: { needed: 'a port, { port, transport } or a list of them', accepts: (value) => value !== null },
  stdin: oneOf('pipe', 'ignore'),
  timeoutMs: OPTION.milliseconds,
  ...PROCESS_OPTIONS,
};
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_OUTPUT_LENGTH = 1024 * 1024;

/** Starts `command` on `host`. Whatever fails, the promise that the program is tells it. */
export function spawnProgram(host: ProgramHost, command: Command, options: SpawnOptions): StartingProgram {
  const caller = callerOf(host.spawn);
  const { spawn, process } = start(host, command, options);
  const identity = { host, ...command, spawn };
  if (!(process instanceof ProgramProcess)) {
    return new StartingProgram(
      identity,
      undefined,
      process.then((reason) => Promise.reject(reason)),
    );
  }
  const program = new SpawnedProgram(identity, process);
  return new StartingProgram(identity, process, becomeReady(program, process, { ...options, caller }));
}

/** The process, or the promise of the reason why there is none. */
function start(
  host: ProgramHost,
  command: Command,
  options: SpawnOptions,
): { spawn: number; process: ProgramProcess | Promise<Error> } {
  try {
    assertOptions('spawn()', options, SPAWN_OPTIONS);
    if (options.listening !== undefined) targetsOf(options.listening);
    const { spawn, plan } = planProgram(host, command, {
      options,
      stdin: options.stdin ?? 'pipe',
      maxOutputLength: DEFAULT_OUTPUT_LENGTH,
    });
    const process = ProgramProcess.start(plan);
    if (process instanceof ProgramProcess) {
      host.network.watchProgram(process, spawn);
      tellStory(host, command, spawn, process);
      return { spawn, process };
    }
    return { spawn, process: process.then((cause) => startError(host.name, command, cause)) };
  } catch (error) {
    return { spawn: 0, process: Promise.resolve(error as Error) };
  }
}

async function becomeReady(
  program: SpawnedProgram,
  process: ProgramProcess,
  { listening, timeoutMs = DEFAULT_TIMEOUT_MS, signal, caller }: SpawnOptions & { readonly caller: Caller },
): Promise<SpawnedProgram> {
  endOnAbort(program, process, signal);
  if (listening === undefined) return program;
  try {
    await waitUntilListening(program, process, { targets: targetsOf(listening), timeoutMs, signal });
    return program;
  } catch (error) {
    // A program that did not get there is not left behind.
    await program.stop();
    throw asSeenBy(caller, error);
  }
}

function endOnAbort(program: SpawnedProgram, { ended }: ProgramProcess, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const stop = () => {
    void program.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  void ended.then(() => signal.removeEventListener('abort', stop));
}
