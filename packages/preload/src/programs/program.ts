import type { Writable } from 'node:stream';
import { ALL_PROGRAMS, janitor } from '../networks/janitor.js';
import type { ProgramHost } from '../networks/program-host.js';
import { commandText } from './command-text.js';
import type { Exit, ProgramProcess } from './program-process.js';
import { SpawnError, startError } from './spawn-error.js';
import type { OutputLine } from './transcript.js';

/** How long programs get to act on SIGTERM before SIGKILL follows. */
export const GRACE_MS = 1000;

/** What was started where; `spawn` is the number that its process and all their descendants carry. */
export interface ProgramIdentity {
  readonly host: ProgramHost;
  readonly file: string;
  readonly args: readonly string[];
  readonly spawn: number;
}

/**
 * A program that runs on a host, with all the processes it starts.
 *
 * It is ended with its network, or before by `stop()`.
 *
 * @example
 * await using server = await network.host('cache').spawn('redis-server', [], { listening: 6379 });
 * server.stdout(); // '… Ready to accept connections …'
 */
export class SpawnedProgram {
  readonly host: ProgramHost;
  readonly file: string;
  readonly args: readonly string[];
  /** The number that its processes carry as `SOCKET_WRAPPER_SPAWN`; `network.sockets()` lists it. */
  readonly spawn: number;
  readonly #started: ProgramProcess | undefined;

  /** @internal `host.spawn()` makes programs. */
  constructor({ host, file, args, spawn }: ProgramIdentity, started: ProgramProcess | undefined) {
    this.host = host;
    this.file = file;
    this.args = args;
    this.spawn = spawn;
    this.#started = started;
    // A program in a failed assertion's diff is a command, not a whole network.
    Object.defineProperty(this, 'host', { enumerable: false });
  }

  /** The process that was started. A daemon's is soon gone, and others carry on. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The command as one would type it. */
  get command(): string {
    return commandText(this.file, this.args);
  }

  /**
   * Where the program reads from. It stays open until it is ended: `stdin.end()`.
   *
   * @throws {TypeError} Its standard input was given or left out when it was started.
   */
  get stdin(): Writable {
    const { stdin } = this.#process;
    if (stdin !== undefined) return stdin;
    throw new TypeError(
      `${this.command} has no pipe for standard input: it was started with the option input, or stdin: 'ignore'`,
    );
  }

  /** The last of what was written to standard output, decoded as UTF-8. */
  stdout(): string {
    return this.#process.transcript.text('stdout');
  }

  /** The last of what was written to standard error, decoded as UTF-8. */
  stderr(): string {
    return this.#process.transcript.text('stderr');
  }

  /** Both streams in the order in which the output arrived. */
  output(): string {
    return this.#process.transcript.text();
  }

  /**
   * The lines of both streams, from the first that is kept to the end of the output.
   *
   * @example
   * for await (const { text } of server.lines()) if (text.includes('ready')) break;
   */
  lines(): AsyncGenerator<OutputLine, void, undefined> {
    return this.#process.transcript.lines();
  }

  /** How the process ended that was started, once its output is complete. Never rejects. */
  get exited(): Promise<Exit> {
    return this.#process.exited;
  }

  /** Sends a signal to the process that was started, not to its descendants; false when it has ended. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): boolean {
    return this.#process.kill(signal);
  }

  /**
   * Ends the program and all its descendants, daemons as well: SIGTERM, and SIGKILL to what is left after `graceMs`
   * (default: 1000). Harmless when they have ended.
   *
   * @throws {SpawnError} `NOT_ENDED` when not even SIGKILL helped.
   */
  async stop({ graceMs = GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    const { ended } = this.#process;
    const { network } = this.host;
    this.#process.isStopped = true;
    const left = await janitor().end(network.directory, { spawn: this.spawn, graceMs });
    if (left === 0) {
      await ended;
      return;
    }
    throw new SpawnError('NOT_ENDED', `Cannot end ${this.command} on host ${this.host.name}: ${surviving(left)}`, {
      command: this.command,
      host: this.host.name,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Whether the program was ended on purpose, by `stop()` or with its network. */
  protected get isStopped(): boolean {
    return this.host.network.disposed || this.#started?.isStopped === true;
  }

  get #process(): ProgramProcess {
    if (this.#started !== undefined) return this.#started;
    throw startError(this.host.name, this, 'it was not started; await it to learn why');
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as a promise has it, so that handlers may say which error they expect
type OnFailure<E> = ((reason: any) => E | PromiseLike<E>) | null;

/**
 * A program that is being started. `await` it to have it listening, or running when no ports were named.
 *
 * It can be used without `await` too. A failure that nobody awaits is an unhandled rejection, unless the program was stopped.
 */
export class StartingProgram extends SpawnedProgram implements Promise<SpawnedProgram> {
  readonly #ready: Promise<SpawnedProgram>;
  #isAwaited = false;

  /** @internal `host.spawn()` makes programs. */
  constructor(identity: ProgramIdentity, started: ProgramProcess | undefined, ready: Promise<SpawnedProgram>) {
    super(identity, started);
    this.#ready = ready;
    ready.catch((error: unknown) => {
      if (!this.#isAwaited && !this.isStopped) throw error;
    });
  }

  // biome-ignore lint/suspicious/noThenProperty: `await host.spawn()` is what this class is for.
  then<T = SpawnedProgram, E = never>(
    onReady?: ((program: SpawnedProgram) => T | PromiseLike<T>) | null,
    onFailure?: OnFailure<E>,
  ): Promise<T | E> {
    this.#isAwaited = true;
    return this.#ready.then(onReady, onFailure);
  }

  catch<E = never>(onFailure?: OnFailure<E>): Promise<SpawnedProgram | E> {
    return this.then(undefined, onFailure);
  }

  finally(onSettled?: (() => void) | null): Promise<SpawnedProgram> {
    return this.then().finally(onSettled);
  }

  get [Symbol.toStringTag](): string {
    return 'StartingProgram';
  }
}

/** Ends all programs of a network and forgets it. */
export async function endPrograms(directory: string): Promise<number> {
  try {
    return await janitor().end(directory, { spawn: ALL_PROGRAMS, graceMs: GRACE_MS });
  } finally {
    janitor().forget(directory);
  }
}

/** `1 process survived SIGKILL` */
export function surviving(count: number): string {
  return `${count} ${count === 1 ? 'process' : 'processes'} survived SIGKILL`;
}
