/**
 * Decides all about a program before it starts: the file, the environment, and whether the library will reach it.
 */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPTION, type OptionKinds, shown } from '@socket-wrapper/core';
import { assertPreloadable } from '../executable/executable.js';
import { hostPlatform } from '../native-files/locate-library.js';
import { type Environment, withPreload } from '../networks/environment.js';
import type { ProgramHost } from '../networks/program-host.js';
import { keyLogEnvironment } from '../tls/key-log-environment.js';
import { commandText } from './command-text.js';
import type { ProcessPlan } from './program-process.js';
import { SpawnError, startError } from './spawn-error.js';

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

/** What each of the {@link ProcessOptions} can be. */
export const PROCESS_OPTIONS: OptionKinds<ProcessOptions> = {
  cwd: {
    needed: 'the path of a directory, or its URL',
    accepts: (value) => OPTION.path.accepts(value) || value instanceof URL,
  },
  env: OPTION.object,
  extendEnv: OPTION.flag,
  input: {
    needed: 'text or bytes',
    accepts: (value) => typeof value === 'string' || ArrayBuffer.isView(value),
  },
  signal: OPTION.signal,
  maxOutputLength: OPTION.count,
};

/**
 * The plan for `command` on `host`, with the number that its processes carry.
 *
 * @throws {PreloadError} The program cannot be kept on the network.
 * @throws {SpawnError} `START_FAILED` without a directory to start it in; `ABORTED`
 * @throws {NetworkError} `DISPOSED`
 */
export function planProgram(
  host: ProgramHost,
  command: Command,
  { options, stdin, maxOutputLength }: { options: ProcessOptions; stdin: 'pipe' | 'ignore'; maxOutputLength: number },
): { readonly spawn: number; readonly plan: ProcessPlan } {
  const { file, args } = command;
  assertCommand(command);
  if (options.signal?.aborted) {
    const text = commandText(file, args);
    throw new SpawnError('ABORTED', `${text} was not started on host ${host.name}: its signal had aborted before`, {
      command: text,
      host: host.name,
      cause: options.signal.reason,
    });
  }
  const cwd = resolve(options.cwd instanceof URL ? fileURLToPath(options.cwd) : (options.cwd ?? '.'));
  const given = { ...((options.extendEnv ?? true) ? process.env : {}), ...options.env };
  // The system would only say that the program is missing.
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw startError(host.name, command, `the directory to start it in, ${cwd}, does not exist`);
  }
  assertPreloadable(file, { cwd, path: given.PATH }, hostPlatform());

  const { network } = host;
  const { spawn, library } = network.nextProgram();
  const keyLog = keyLogEnvironment(given, { file: network.keyLogFile, args });
  const plan = {
    file,
    args,
    cwd,
    env: withPreload({ ...given, ...keyLog }, network.environment(host, { spawn }), library),
    stdin: options.input === undefined ? stdin : { input: options.input },
    maxOutputLength: options.maxOutputLength ?? maxOutputLength,
  };
  return { spawn, plan };
}

/** The system would start a program with the word `undefined`. */
function assertCommand({ file, args }: Command): void {
  if (typeof file !== 'string' || file === '') throw new TypeError(`Cannot start ${shown(file)}: a program is needed`);
  if (!Array.isArray(args))
    throw new TypeError(`Cannot start ${file} with ${shown(args)}: a list of arguments is needed`);
  const wrong = args.findIndex((arg) => typeof arg !== 'string' && typeof arg !== 'number');
  if (wrong < 0) return;
  throw new TypeError(`Cannot start ${file}: argument ${wrong + 1} is ${shown(args[wrong])}, text is needed`);
}
