/**
 * `socket-wrapper run` puts one program on a host, as if it had been started without us: it has our terminal, gets our
 * signals, and its end is ours.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { isInterfaceId } from '@socket-wrapper/core';
import { assertPreloadable } from '../executable/executable.js';
import { hostPlatform, libraryPath } from '../native-files/locate-library.js';
import { preloadableLibrary } from '../native-files/preload-link.js';
import { withPreload } from '../networks/environment.js';
import { createNetwork } from '../networks/program-network.js';
import { PreloadError } from '../preload-error.js';
import { readOptions } from './options.js';
import { UsageError } from './usage-error.js';

const NETWORKS = ['127.0.0.0', '10.53.57.0'];

/** Signals that others send to the program by sending them to us. */
const FORWARDED = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** The terminal sends these to the program itself as well. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

interface Request {
  readonly directory: string | undefined;
  /** The variables of the network, all but its directory. */
  readonly variables: Readonly<Record<string, string>>;
  readonly program: string;
  readonly args: readonly string[];
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs the program and gives its exit code; after a death by a signal, dies of it too. */
export async function run(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  assertPreloadable(request.program, { cwd: process.cwd(), path: process.env.PATH }, hostPlatform());
  const { directory } = request;
  if (directory === undefined) return endAs(await runAlone(request));

  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return endAs(await runIn(directory, preloadableLibrary(libraryPath(), directory), request));
}

/** Runs the program on a network that ends with it, and with whatever it leaves behind. */
async function runAlone(request: Request): Promise<End> {
  await using network = createNetwork({ capture: false });
  return await runIn(network.directory, network.nextProgram().library, request);
}

async function runIn(directory: string, library: string, { program, args, variables }: Request): Promise<End> {
  const env = withPreload(process.env, { SOCKET_WRAPPER_DIR: directory, ...variables }, library);
  let child: ChildProcess | undefined;
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forward = (signal: NodeJS.Signals) => {
    if (!hasTerminal || !FROM_TERMINAL.includes(signal)) child?.kill(signal);
  };
  // Before the program starts: whoever sees it run may signal us at once.
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    child = spawn(program, args, { stdio: 'inherit', env });
    const [code, signal] = await once(child, 'exit');
    return { code, signal };
  } catch (cause) {
    throw new PreloadError('PROGRAM_NOT_EXECUTABLE', `Cannot start ${program}: ${(cause as Error).message}`, {
      file: program,
      cause,
    });
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/** The exit code of the program; where a signal ended it, that signal ends us. */
function endAs({ code, signal }: End): number {
  if (signal === null) return code ?? 0;
  process.kill(process.pid, signal);
  // Still here: the signal is one that Node ignores. Shells write such an end as a number.
  return 128 + constants.signals[signal];
}

function readRequest(args: readonly string[]): Request {
  const end = args.indexOf('--');
  const { values, positionals } = readOptions('run', {
    args: end === -1 ? [...args] : args.slice(0, end),
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      iface: { type: 'string', default: '1' },
      network: { type: 'string', default: '127.0.0.0' },
      pcap: { type: 'string' },
    },
  });
  const needs = (found: string, needed: string) => new UsageError(`socket-wrapper run: ${found}, ${needed} is needed`);
  if (positionals[0] !== undefined)
    throw needs(`found ${JSON.stringify(positionals[0])} where options end`, '"--" before the program');
  const [program, ...programArgs] = end === -1 ? [] : args.slice(end + 1);
  if (program === undefined) throw needs('found no program', '"-- PROGRAM"');

  const { dir, iface, network, pcap } = values;
  if (!/^\d+$/.test(iface) || !isInterfaceId(Number(iface))) {
    throw needs(`--iface is ${JSON.stringify(iface)}`, 'a number from 1 to 254');
  }
  if (!NETWORKS.includes(network)) throw needs(`--network is ${JSON.stringify(network)}`, NETWORKS.join(' or '));
  return {
    directory: dir === undefined ? undefined : resolve(dir),
    variables: {
      SOCKET_WRAPPER_IPV4_NETWORK: network,
      SOCKET_WRAPPER_DEFAULT_IFACE: String(Number(iface)),
      ...(pcap === undefined ? {} : { SOCKET_WRAPPER_PCAP_FILE: resolve(pcap) }),
    },
    program,
    args: programArgs,
  };
}
