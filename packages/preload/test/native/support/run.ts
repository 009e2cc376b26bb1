/** Runs plain programs, bare and redirected, each in a network namespace of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { SANDBOX } from './compile.js';
import { LIBRARY } from './paths.js';

/** What a program printed, line by line, and how it ended. */
export interface Answers {
  readonly lines: readonly string[];
  /** What went wrong outside of the program's own report: a signal, an exit code, lines on stderr. */
  readonly ending: string;
}

/** How the redirected run differs from the plain contract of one host on 127.0.0.0. */
export type Environment = Readonly<Record<string, string>>;

/** The host 10.53.57.11. */
export const ON_10_53_57: Environment = {
  SOCKET_WRAPPER_IPV4_NETWORK: '10.53.57.0',
  SOCKET_WRAPPER_DEFAULT_IFACE: '11',
};

/** Programs that have many addresses of their own: in the network 127.0.0.0 an address such as 127.0.0.2 is another host. */
const OF_MANY_ADDRESSES = ['state_random_listen', 'udp_connected_address', 'udp_source_choice'];

const TIME_LIMIT_MS = 45_000;

/** A program's path, or a whole command line. */
export type Command = string | readonly string[];

/** Where a plain program runs redirected: in 127.0.0.0, or in 10.53.57.0 when it must. */
export function networkFor(name: string): Environment {
  return OF_MANY_ADDRESSES.includes(name) ? ON_10_53_57 : {};
}

/** Runs a program on the kernel's loopback. */
export async function runBare(command: Command): Promise<Answers> {
  return run([SANDBOX, 'up', ...[command].flat()], {});
}

/** Where packets are recorded to: a file that grows, or the recorder that the networks of TypeScript have. */
export type Capture = 'file' | 'recorder';

const CAPTURE_FILES: Readonly<Record<Capture, string>> = { file: 'capture.pcap', recorder: '.capture' };

/** Runs a program redirected, on a network of its own, where no real interface works. */
export async function runRedirected(
  command: Command,
  environment: Environment = {},
  { capture, library = LIBRARY }: { readonly capture?: Capture | undefined; readonly library?: string } = {},
): Promise<Answers> {
  return withDirectory((directory) =>
    run([SANDBOX, 'down', `LD_PRELOAD=${library}`, ...[command].flat()], {
      SOCKET_WRAPPER_DIR: directory,
      SOCKET_WRAPPER_DEFAULT_IFACE: '1',
      ...(capture && { SOCKET_WRAPPER_PCAP_FILE: join(directory, CAPTURE_FILES[capture]) }),
      ...environment,
    }),
  );
}

/** A fresh network directory, removed afterwards. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(process.platform === 'linux' ? '/dev/shm' : tmpdir(), 'sw-native-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whether this machine lets the tests make network namespaces. In CI it must. */
export async function hasNamespaces(): Promise<boolean> {
  const { exitCode, stderr } = await execa(SANDBOX, ['probe'], { reject: false });
  if (exitCode !== 0 && process.env.CI === 'true') {
    throw new Error(`The tests compare redirected sockets with real ones and need network namespaces: ${stderr}`);
  }
  return exitCode === 0;
}

async function run(command: readonly string[], environment: Environment): Promise<Answers> {
  const [file = '', ...args] = command;
  const result = await execa(file, args, {
    env: environment,
    stdin: 'ignore',
    reject: false,
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const endings = [
    result.timedOut ? `did not end within ${TIME_LIMIT_MS} ms` : '',
    result.signal !== undefined && !result.timedOut ? `died of ${result.signal}` : '',
    result.exitCode ? `exit code ${result.exitCode}` : '',
    result.stderr,
  ];
  return { lines: result.stdout.split('\n'), ending: endings.filter((text) => text !== '').join('; ') };
}
