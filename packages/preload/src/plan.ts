/**
 * Decides all about a program before it starts: the file, the environment, and whether the library will reach it.
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, withPreload } from './environment.js';
import { assertPreloadable } from './executable.js';
import { hostPlatform } from './locate-library.js';
import type { ProgramHost } from './program-host.js';
import type { ProcessPlan } from './program-process.js';

/** A program and its arguments. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What a program is started with, however it is started. */
export interface ProcessOptions {
  /** Where it runs. Default: the current directory. */
  readonly cwd?: string | URL;
  /** Variables to add to its environment, or with `undefined` to leave out. Those of the network win. */
  readonly env?: Environment;
  /** Whether it gets the environment of this process as well. Default: true. */
  readonly extendEnv?: boolean;
  /** What it reads from standard input, which ends there. */
  readonly input?: string | Uint8Array;
  /** Ends the program when it aborts. */
  readonly signal?: AbortSignal;
  /** How many characters of output are kept. */
  readonly maxOutputLength?: number;
}

/**
 * The plan for `command` on `host`, with the number that its processes carry.
 *
 * @throws {PreloadError} The program cannot be kept on the network.
 */
export function planProgram(
  host: ProgramHost,
  { file, args }: Command,
  { options, stdin, maxOutputLength }: { options: ProcessOptions; stdin: 'pipe' | 'ignore'; maxOutputLength: number },
): { readonly spawn: number; readonly plan: ProcessPlan } {
  const cwd = resolve(options.cwd instanceof URL ? fileURLToPath(options.cwd) : (options.cwd ?? '.'));
  const given = { ...((options.extendEnv ?? true) ? process.env : {}), ...options.env };
  assertPreloadable(file, { cwd, path: given.PATH }, hostPlatform());

  const { network } = host;
  const { spawn, library } = network.nextProgram();
  const plan = {
    file,
    args,
    cwd,
    env: withPreload(given, network.environment(host, { spawn }), library),
    stdin: options.input === undefined ? stdin : { input: options.input },
    maxOutputLength: options.maxOutputLength ?? maxOutputLength,
  };
  return { spawn, plan };
}
