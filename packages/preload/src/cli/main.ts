#!/usr/bin/env node
/** The command `socket-wrapper`. */

import { readFileSync } from 'node:fs';
import { PreloadError } from '../preload-error.js';
import { UsageError } from './usage-error.js';

const HELP = `Usage: socket-wrapper COMMAND

  run [OPTIONS] -- PROGRAM [ARGUMENT]...   run a program on a host of a network
      --dir DIRECTORY      the network; without it, one that lasts as long as the program
      --iface NUMBER       the host's interface ID, 1 to 254 (default: 1)
      --network ADDRESS    127.0.0.0 (default) or 10.53.57.0: the network's IPv4 addresses
      --pcap FILE          record the packets: pcap, or pcapng for FILE.pcapng
  show [OPTIONS] FILE      print the conversations of a capture
      --filter WORDS       only those with all of these: web, web:80, :80, tcp, http, #3, /GET/, !health
      --follow NUMBER      all that was said in one of them, byte for byte
      --json               as data for other programs
  library                  print the path of the library for LD_PRELOAD
  doctor                   check whether this machine has all that is needed

  --help, --version
`;

/** Gives the exit code; takes what follows its name on the command line. */
type Command = (args: readonly string[]) => Promise<number> | number;

/** Each is loaded when it is called: most of them need little of what the others do. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.js')).run,
  show: async () => (await import('./show.js')).show,
  library: async () => (await import('./library.js')).library,
  doctor: async () => (await import('./doctor.js')).doctor,
};

/** Exit codes of shells for a command that is not found, and for one that cannot be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (isHelp(name)) return help();
  if (name === '--version') {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const ownArgs = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return ownArgs.some(isHelp) ? help() : (await load())(args);
  const found = name === undefined ? 'a command is missing' : `${JSON.stringify(name)} is no command`;
  throw new UsageError(`socket-wrapper: ${found}, one of ${Object.keys(COMMANDS).join(', ')} or --help is needed`);
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h';
}

/** The commands are few, so each of them shows all. */
function help(): number {
  process.stdout.write(HELP);
  return 0;
}

/** Prints what a user can act on; anything else is a fault of ours and keeps its stack. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (error instanceof PreloadError) {
    process.stderr.write(`socket-wrapper: ${error.message}\n`);
    return error.code === 'PROGRAM_NOT_FOUND' ? NOT_FOUND : NOT_RUNNABLE;
  }
  if (error instanceof Error && error.name === 'NetworkError') {
    process.stderr.write(`socket-wrapper: ${error.message}\n`);
    return 1;
  }
  throw error;
}

process.exitCode = await main(process.argv.slice(2)).catch(report);
