/** Programs in one network directory, started as a person would in a shell: by environment variables alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { LIBRARY } from './paths.js';

const TIME_LIMIT_MS = 20_000;

/** Variables of one program, `SOCKET_WRAPPER_` left away: `{ DEFAULT_IFACE: '10' }`. */
export interface ProgramOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** The library to preload. Default: ours. */
  readonly library?: string;
  /** User and group to run as. Default: the caller's. */
  readonly user?: number;
}

/** A program that has been started. */
export class Program {
  readonly #process: ReturnType<typeof execa>;
  #output = '';
  #listeners: (() => void)[] = [];

  constructor(started: ReturnType<typeof execa>) {
    this.#process = started;
    started.all?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
      this.#tell();
    });
    started.on('exit', () => this.#tell());
  }

  /** What it has printed so far, stdout and stderr together. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('The program has not started');
    return pid;
  }

  /** Resolves with the match once the output has it; rejects when the program ends without. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        throw new Error(`The program ended without printing ${pattern}. It printed: ${this.#output}`);
      }
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** Writes to its stdin. */
  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  /** Closes its stdin. */
  endInput(): void {
    this.#process.stdin?.end();
  }

  /** What it printed, once it has ended. */
  async end(): Promise<string> {
    await this.#process;
    return this.#output;
  }

  /** Ends it and what it has started. */
  stop(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #tell(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}

/** A fresh network directory and the programs in it, which all end when the session does. */
export class Session implements AsyncDisposable {
  readonly directory: string;
  readonly #programs: Program[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<Session> {
    return new Session(await mkdtemp('/dev/shm/sw-session-'));
  }

  start(
    file: string,
    args: readonly string[],
    { variables = {}, library = LIBRARY, user }: ProgramOptions = {},
  ): Program {
    const prefixed = Object.entries(variables).map(([name, value]) => [`SOCKET_WRAPPER_${name}`, value]);
    const subprocess = execa(file, args, {
      env: { LD_PRELOAD: library, SOCKET_WRAPPER_DIR: this.directory, ...Object.fromEntries(prefixed) },
      ...(user === undefined ? {} : { uid: user, gid: user }),
      all: true,
      buffer: false,
      reject: false,
      detached: true,
    });
    const program = new Program(subprocess as ReturnType<typeof execa>);
    const limit = setTimeout(() => program.stop(), TIME_LIMIT_MS);
    subprocess.on('exit', () => clearTimeout(limit));
    this.#programs.push(program);
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs) program.stop();
    await Promise.all(this.#programs.map((program) => program.end()));
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** The path of a file in the session's directory. */
export function inDirectory(session: Session, name: string): string {
  return join(session.directory, name);
}
