/**
 * The janitor's end in Node: one helper process that ends the processes of networks.
 *
 * It is started with the first program and lives as long as this process does. Should this process die, by SIGKILL even,
 * the closed pipe tells the janitor to end whatever is left. `native/janitor/janitor.c` describes the messages.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { attachmentInUse } from '../attach/attachment.js';
import { janitorPath } from '../native-files/locate-library.js';
import { PreloadError } from '../preload-error.js';

/** A started program to the janitor: the leader of a session, and the number of its `SOCKET_WRAPPER_SPAWN`. */
export interface Session {
  readonly pid: number;
  readonly spawn: number;
}

interface Request {
  readonly message: string;
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
  attempts: number;
}

/** A request survives one janitor that was killed. A second one that ends has a reason that a third would share. */
const MAX_ATTEMPTS = 2;

/** Names all programs of a network where a spawn number is asked for. */
export const ALL_PROGRAMS = 0;

/** Talks to the janitor; {@link janitor} gives the one of this process. */
export class Janitor {
  readonly #networks = new Map<string, Session[]>();
  readonly #requests = new Map<number, Request>();
  #lastId = 0;
  #process: ChildProcess | undefined;

  /** The janitor's process, `undefined` before the first network is adopted. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * From now on the network's processes and its directory will not outlive this process.
   *
   * @throws {PreloadError} `LIBRARY_NOT_FOUND`
   */
  adopt(directory: string): void {
    if (this.#networks.has(directory)) return;
    this.#networks.set(directory, []);
    if (this.#process === undefined) this.#start();
    else this.#send(`+ ${directory}`);
  }

  /** Forgets a network that has been disposed of. */
  forget(directory: string): void {
    if (this.#networks.delete(directory)) this.#send(`- ${directory}`);
  }

  /** Tells of a program that was started in a session of its own. */
  register(directory: string, session: Session): void {
    this.#networks.get(directory)?.push(session);
    this.#send(sessionMessage(directory, session));
  }

  /**
   * Ends a started program with all its descendants, or {@link ALL_PROGRAMS}: SIGTERM, and SIGKILL after `graceMs`.
   *
   * Resolves once they have ended, with the number of those that not even SIGKILL has ended within a second.
   *
   * @throws {PreloadError} `JANITOR_FAILED`
   */
  end(directory: string, { spawn, graceMs }: { spawn: number; graceMs: number }): Promise<number> {
    return this.#request((id) => `e ${id} ${spawn} ${Math.round(graceMs)} ${directory}`);
  }

  /**
   * Resolves once neither the started program nor any of its descendants is left.
   *
   * @throws {PreloadError} `JANITOR_FAILED`
   */
  async gone(directory: string, spawn: number): Promise<void> {
    await this.#request((id) => `w ${id} ${spawn} ${directory}`);
  }

  #request(messageFor: (id: number) => string): Promise<number> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const request = { message: messageFor(id), resolve, reject, attempts: 1 };
      this.#requests.set(id, request);
      if (this.#process === undefined) this.#start();
      else this.#send(request.message);
      this.#holdEventLoop();
    });
  }

  #start(): void {
    // Without our environment: the janitor is on no network, and no other library belongs into it.
    const start = () => spawn(janitorPath(), { detached: true, stdio: ['pipe', 'pipe', 'ignore'], env: {}, cwd: '/' });
    const child = attachmentInUse()?.outside(start) ?? start();
    this.#process = child;
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    child.once('close', () => this.#ended(child, failure));
    // A janitor that is gone says so by 'close'; what could not be written is sent again to the next one.
    child.stdin?.on('error', () => {});
    if (child.stdout) createInterface(child.stdout).on('line', (line) => this.#take(line));

    for (const [directory, sessions] of this.#networks) {
      this.#send(`+ ${directory}`);
      for (const session of sessions) this.#send(sessionMessage(directory, session));
    }
    for (const { message } of this.#requests.values()) this.#send(message);
    this.#holdEventLoop();
  }

  #take(line: string): void {
    const [id = 0, count = 0] = line.split(' ').map(Number);
    this.#requests.get(id)?.resolve(count);
    this.#requests.delete(id);
    this.#holdEventLoop();
  }

  #ended(child: ChildProcess, failure: Error | undefined): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    for (const [id, request] of this.#requests) {
      if (request.attempts++ < MAX_ATTEMPTS) continue;
      this.#requests.delete(id);
      request.reject(failedBecause(child, failure));
    }
    if (this.#requests.size > 0) this.#start();
  }

  #send(message: string): void {
    this.#process?.stdin?.write(`${message}\0`);
  }

  /** Only an open request keeps Node from exiting. */
  #holdEventLoop(): void {
    const child = this.#process;
    if (child === undefined) return;
    const method = this.#requests.size > 0 ? 'ref' : 'unref';
    child[method]();
    // Bun's pipes have no such methods, and do not keep it running.
    for (const pipe of [child.stdin, child.stdout]) (pipe as Partial<Socket> | null)?.[method]?.();
  }
}

/**
 * The janitor of this process.
 *
 * It hangs on `process`, for a test runner may load this module several times, each time with another `globalThis`.
 */
export function janitor(): Janitor {
  const holder = process as unknown as Record<symbol, Janitor | undefined>;
  const key = Symbol.for('@socket-wrapper/preload janitor 1');
  const present = holder[key];
  if (present !== undefined) return present;
  const created = new Janitor();
  Object.defineProperty(process, key, { value: created, enumerable: false });
  return created;
}

function sessionMessage(directory: string, { pid, spawn }: Session): string {
  return `s ${pid} ${spawn} ${directory}`;
}

function failedBecause(child: ChildProcess, failure: Error | undefined): PreloadError {
  const file = child.spawnfile;
  const ending = child.signalCode === null ? `exit code ${child.exitCode}` : child.signalCode;
  return new PreloadError(
    'JANITOR_FAILED',
    `Cannot end the processes of a network: ${file} ${failure === undefined ? `ended with ${ending}` : `cannot be started: ${failure.message}`}`,
    failure === undefined ? { file } : { file, cause: failure },
  );
}
