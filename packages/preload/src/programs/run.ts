/**
 * Runs a program on a host to its end: what `host.run()` does.
 */

import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assertOptions, OPTION, type OptionKinds } from '@socket-wrapper/core';
import { janitor } from '../networks/janitor.js';
import type { ProgramHost } from '../networks/program-host.js';
import { causeIn, commandText, lastLines } from './command-text.js';
import { type Command, PROCESS_OPTIONS, type ProcessOptions, planProgram } from './plan.js';
import { GRACE_MS } from './program.js';
import { type Exit, ProgramProcess } from './program-process.js';
import { tellStory } from './program-story.js';
import { RunError, type RunErrorCode } from './run-error.js';
import { startError } from './spawn-error.js';

/** How `host.run()` runs a program. */
export interface RunOptions extends ProcessOptions {
  /** After how long it is ended. Default: never, the test's own limit will do. */
  readonly timeoutMs?: number;
  /** Whether an exit code other than 0, or an end by a signal, rejects. Default: true. */
  readonly reject?: boolean;
}

/** What `host.run()` gives. */
export interface RunResult extends Exit {
  /** Without the last line feed. */
  readonly stdout: string;
  /** Without the last line feed. */
  readonly stderr: string;
  /** The command as one would type it. */
  readonly command: string;
  /** The name of the host. */
  readonly host: string;
}

const RUN_OPTIONS: OptionKinds<RunOptions> = {
  timeoutMs: OPTION.milliseconds,
  reject: OPTION.flag,
  ...PROCESS_OPTIONS,
};
const DEFAULT_OUTPUT_LENGTH = 64 * 1024 * 1024;

/** Runs `command` on `host`; see `ProgramHost.run`. */
export async function runProgram(host: ProgramHost, command: Command, options: RunOptions): Promise<RunResult> {
  assertOptions('run()', options, RUN_OPTIONS);
  const { spawn, plan } = planProgram(host, command, {
    options,
    stdin: 'ignore',
    maxOutputLength: DEFAULT_OUTPUT_LENGTH,
  });
  const text = commandText(command.file, command.args);
  const process = ProgramProcess.start(plan);
  if (!(process instanceof ProgramProcess)) throw startError(host.name, command, await process);
  host.network.watchProgram(process, spawn);
  tellStory(host, command, spawn, process);

  const waitIsOver = host.network.waitingFor(() => `the end of ${host.name} ${basename(command.file)}`);
  const interruption = await interruptionOf(process, options);
  if (interruption !== undefined) {
    await janitor().end(host.network.directory, { spawn, graceMs: GRACE_MS });
  }
  const exit = await process.exited;
  waitIsOver();
  const { transcript } = process;
  const result: RunResult = {
    ...exit,
    stdout: withoutLastLineFeed(transcript.text('stdout')),
    stderr: withoutLastLineFeed(transcript.text('stderr')),
    command: text,
    host: host.name,
  };
  if (interruption !== undefined) throw interrupted(interruption, result, options);
  if (transcript.isCut) {
    throw failure('OUTPUT_TOO_LONG', `wrote more than the ${plan.maxOutputLength} characters that are kept`, result);
  }
  const isFailure = exit.exitCode !== 0;
  if (!isFailure || options.reject === false) return result;
  throw exit.signal === undefined
    ? failure('EXITED', `failed with exit code ${exit.exitCode}`, result)
    : failure('KILLED', `was ended by ${exit.signal}`, result);
}

type Interruption = 'timeout' | 'abort';

/** What came before the process's end, if anything did. */
async function interruptionOf(
  { ended }: ProgramProcess,
  { timeoutMs, signal }: RunOptions,
): Promise<Interruption | undefined> {
  const over = new AbortController();
  const aborted = new Promise<Interruption>((resolve) => {
    const abort = () => resolve('abort');
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
  });
  const events: Promise<Interruption | undefined>[] = [ended.then(() => undefined), aborted];
  if (timeoutMs !== undefined) {
    events.push(delay(timeoutMs, 'timeout' as const, { signal: over.signal }).catch(() => undefined));
  }
  try {
    return await Promise.race(events);
  } finally {
    over.abort();
  }
}

function interrupted(interruption: Interruption, result: RunResult, { timeoutMs, signal }: RunOptions): RunError {
  return interruption === 'timeout'
    ? failure('TIMED_OUT', `had not ended after ${timeoutMs} ms`, result)
    : failure('ABORTED', 'was aborted', result, signal?.reason);
}

function failure(code: RunErrorCode, what: string, result: RunResult, cause?: unknown): RunError {
  const { command, host, stdout, stderr } = result;
  const output = lastLines(stderr, '. Its last words:') || lastLines(stdout, '. Its last output:');
  return new RunError(code, `${command} on host ${host} ${what}${causeIn(stderr)}${output}`, {
    result,
    ...(cause === undefined ? {} : { cause }),
  });
}

function withoutLastLineFeed(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
