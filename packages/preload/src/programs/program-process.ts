/**
 * One started process with its output and its end: what `host.spawn()` and `host.run()` have in common.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay, setImmediate as nextImmediate } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { attachmentInUse } from '../attach/attachment.js';
import { ProgramPipe } from './program-pipe.js';
import { type OutputStream, Transcript } from './transcript.js';

/** How the process that was started ended. Exactly one of the two is set. */
export interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** Everything about a process that has been decided before it starts. */
export interface ProcessPlan {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `pipe`: the caller writes to `stdin`. `ignore`: it is /dev/null. */
  readonly stdin: 'pipe' | 'ignore' | { readonly input: string | Uint8Array };
  readonly maxOutputLength: number;
}

/** What this process has of a program's standard streams. */
interface Streams {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
}

/** How long after its end a process's output may be silent before it counts as complete. */
const QUIET_MS = 100;
/** How long output is waited for that does not stop. */
const DRAIN_MS = 1000;

/** A process in a session of its own. */
export class ProgramProcess {
  readonly pid: number;
  readonly transcript: Transcript;
  /** `undefined` unless the plan said `pipe`. */
  readonly stdin: Writable | undefined;
  /** Resolves as soon as the process itself has ended; its descendants may live, and output may be on its way. */
  readonly ended: Promise<Exit>;
  /** Resolves once the process has ended and its output is in the transcript. */
  readonly exited: Promise<Exit>;
  /** Whether its end was asked for. */
  isStopped = false;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, streams: Streams, plan: ProcessPlan) {
    const { stdin } = streams;
    this.#child = child;
    // A signal that could not be sent: whoever sends one finds out by the process's end.
    child.on('error', () => {});
    this.pid = pid;
    this.transcript = new Transcript(plan.maxOutputLength);
    for (const name of ['stdout', 'stderr'] satisfies OutputStream[]) {
      const stream = streams[name];
      if (stream !== undefined) this.transcript.record(name, stream);
    }
    // Writing to a program that has ended is no error of the test's: its end is what tells.
    stdin?.on('error', () => {});
    if (typeof plan.stdin === 'object') stdin?.end(plan.stdin.input);
    this.stdin = plan.stdin === 'pipe' ? stdin : undefined;

    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
    });
    void this.ended.then(() => stdin?.destroy());
    this.exited = this.ended.then(async (exit) => {
      await outputOf(this.transcript);
      return exit;
    });
  }

  /** Starts what `plan` says. When the system cannot, the result is a promise of the reason. */
  static start(plan: ProcessPlan): ProgramProcess | Promise<Error> {
    const { file, args, cwd, env, stdin } = plan;
    const input = stdin === 'ignore' ? undefined : ProgramPipe.toProgram();
    const output = ProgramPipe.fromProgram();
    const errors = ProgramPipe.fromProgram();
    const pipes = [input, output, errors];
    const launch = () =>
      spawn(file, args, {
        cwd,
        env,
        detached: true, // A session of its own, so that the whole of it can be ended.
        stdio: [
          input?.theirs ?? (stdin === 'ignore' ? 'ignore' : 'pipe'),
          output?.theirs ?? 'pipe',
          errors?.theirs ?? 'pipe',
        ],
      });
    let child: ChildProcess;
    try {
      // The plan says which network it is on, wherever the code is that starts it.
      child = attachmentInUse()?.outside(launch) ?? launch();
    } catch (error) {
      // So E2BIG comes; ENOENT and EACCES come as an event. Under Jest it is of another realm, and no instance of Error here.
      for (const pipe of pipes) pipe?.ours.destroy();
      return Promise.resolve(isNativeError(error) ? error : new Error(String(error)));
    } finally {
      for (const pipe of pipes) pipe?.handedOver();
    }
    const streams = {
      stdin: input?.ours ?? child.stdin ?? undefined,
      stdout: output?.ours ?? child.stdout ?? undefined,
      stderr: errors?.ours ?? child.stderr ?? undefined,
    };
    if (child.pid !== undefined) return new ProgramProcess(child, child.pid, streams, plan);
    for (const stream of Object.values(streams)) stream?.destroy();
    return once(child, 'error').then(([error]) => error as Error);
  }

  /** Whether the process itself runs. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Signals the process itself; false when it has ended. */
  kill(signal: NodeJS.Signals): boolean {
    return this.isRunning && this.#child.kill(signal);
  }

  /** Kills the process and whatever of its descendants is in its process group, without the janitor's help. */
  killGroup(): void {
    // While it runs, the number of its group cannot be anybody else's.
    if (this.isRunning) process.kill(-this.pid, 'SIGKILL');
  }
}

/**
 * Waits until the output of a process that has ended has come in.
 *
 * A daemon it left behind may keep the pipes open for as long as it lives, and write to them. So silence counts as the end
 * as well, and so does the time in which anything written before has long been read.
 */
async function outputOf(transcript: Transcript): Promise<void> {
  const deadline = process.hrtime.bigint() + BigInt(DRAIN_MS) * 1_000_000n;
  while (!transcript.isComplete && process.hrtime.bigint() < deadline) {
    const { changed } = transcript;
    const quiet = new AbortController();
    const silence = delay(QUIET_MS, undefined, { signal: quiet.signal }).catch(() => undefined);
    await Promise.race([changed, silence]);
    quiet.abort();
    // After a long synchronous call timers come first, and output that has been waiting comes before immediates.
    await nextImmediate();
    if (changed === transcript.changed) return;
  }
}
