/**
 * `socket-wrapper doctor` tries out, one by one, what a network needs of the machine it runs on.
 */

import { execFileSync } from 'node:child_process';
import { statfsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hostPlatform, libraryPath } from '../native-files/locate-library.js';
import { janitor } from '../networks/janitor.js';
import { createNetwork, type ProgramNetwork } from '../networks/program-network.js';
import { PreloadError } from '../preload-error.js';
import { readOptions } from './options.js';

/** One thing that is looked at. `look` gives what was found; what it throws is the reason why it does not work. */
interface Check {
  readonly subject: string;
  /** Whether nothing works without it. */
  readonly isEssential: boolean;
  /** What to do when it fails. */
  readonly advice: string;
  readonly look: () => Promise<string> | string;
}

/** f_type of file systems in memory (statfs(2)). */
const IN_MEMORY = [0x01021994, 0x858458f6];
const DOORBELL_TIMEOUT_MS = 1000;

const CHECKS: readonly Check[] = [
  {
    subject: 'Node.js',
    isEssential: true,
    advice: 'install Node.js 20.19 or later',
    look: () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major > 20 || (major === 20 && minor >= 19)) return process.version;
      throw new Error(`this is ${process.version}`);
    },
  },
  {
    subject: 'system',
    isEssential: true,
    advice: 'use a Linux system with glibc or musl, in a container or a virtual machine if need be',
    look: () => {
      const { architecture, libc } = hostPlatform();
      return `Linux, ${architecture}, ${libc}`;
    },
  },
  {
    subject: 'library',
    isEssential: true,
    advice: 'nothing works without it',
    look: () => libraryPath(),
  },
  {
    subject: 'preloading',
    isEssential: true,
    advice: 'see what the program printed; a setting of the system may switch LD_PRELOAD off',
    look: () =>
      withNetwork(async (network) => {
        await network.testHost.run('true');
        const { stdout } = await network.testHost.run('sh', ['-c', 'cat /proc/$$/maps']);
        if (stdout.includes('/libsocket_wrapper.so')) return 'the library was loaded into a program';
        throw new Error('the library was not loaded into sh');
      }),
  },
  {
    subject: 'janitor',
    isEssential: true,
    advice: 'make sure that the file may be executed: its file system must not be mounted with noexec',
    look: () =>
      withNetwork(async (network) => {
        network.nextProgram();
        await janitor().gone(network.directory, 1);
        return `process ${janitor().pid} answers`;
      }),
  },
  {
    subject: 'doorbell',
    isEssential: true,
    advice: 'raise fs.inotify.max_user_instances and fs.inotify.max_user_watches with sysctl',
    look: () => withNetwork(hearDoorbell),
  },
  {
    subject: 'directory',
    isEssential: false,
    advice: 'make /dev/shm writable: connections take four times as long on a disk',
    look: () =>
      withNetwork(({ directory }) => {
        if (IN_MEMORY.includes(statfsSync(directory).type)) return `${directory} is in memory`;
        throw new Error(`${directory} is on a disk`);
      }),
  },
  {
    subject: 'tshark',
    isEssential: false,
    advice: 'install Wireshark to look into captures; "socket-wrapper show" works without it',
    look: () =>
      execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
        '\n',
        1,
      )[0] ?? '',
  },
];

/** Prints a line for each check; the exit code is 1 when something essential does not work. */
export async function doctor(args: readonly string[]): Promise<number> {
  readOptions('doctor', { args: [...args], options: {} });
  let exitCode = 0;
  let isLibraryMissing = false;
  for (const { subject, isEssential, advice, look } of CHECKS) {
    try {
      process.stdout.write(`ok    ${subject}: ${await look()}\n`);
    } catch (error) {
      if (isEssential) exitCode = 1;
      const isFollowUp = isLibraryMissing && isOfLibrary(error);
      isLibraryMissing ||= isOfLibrary(error);
      const reason = `${(error as Error).message.split('\n', 1)[0]}; ${advice}`;
      const text = isFollowUp ? 'not tried, because there is no library' : reason;
      process.stdout.write(`${isEssential ? 'FAIL ' : 'note '} ${subject}: ${text}\n`);
    }
  }
  return exitCode;
}

function isOfLibrary(error: unknown): boolean {
  return error instanceof PreloadError && error.code === 'LIBRARY_NOT_FOUND';
}

async function withNetwork<T>(use: (network: ProgramNetwork) => Promise<T> | T): Promise<T> {
  await using network = createNetwork({ capture: false });
  return await use(network);
}

async function hearDoorbell(network: ProgramNetwork): Promise<string> {
  const over = new AbortController();
  const heard = new Promise<true>((resolve) => network.watch(() => resolve(true)));
  const now = new Date();
  utimesSync(join(network.directory, '.state'), now, now);
  const silence = delay(DOORBELL_TIMEOUT_MS, false as const, { signal: over.signal }).catch(() => false as const);
  const hasRung = await Promise.race([heard, silence]);
  over.abort();
  if (hasRung) return 'a change of the network wakes a process';
  throw new Error('a change of the network was not heard');
}
