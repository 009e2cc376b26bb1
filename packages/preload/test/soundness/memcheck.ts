/** Runs a plain program under valgrind, with the children and programs that it starts, and reads what valgrind says. */
import { join } from 'node:path';
import { execa } from 'execa';
import { SANDBOX } from '../native/support/compile.js';
import { LIBRARY, NATIVE_TESTS } from '../native/support/paths.js';
import { ON_10_53_57, withDirectory } from '../native/support/run.js';

const CAPTURE = 'capture.pcap';
const TIME_LIMIT_MS = 240_000;

export interface Findings {
  /** What the program printed. */
  readonly lines: readonly string[];
  /** What memcheck found, and what else was said on stderr; no line when all is well. */
  readonly complaints: readonly string[];
  /**
   * The descriptors that each process of the program had open at its end, in the order of these lists, without processes that had none.
   * Left out are inherited ones, and the one that the library keeps for itself: the file of the capture.
   */
  readonly openAtExit: readonly string[];
}

/** On the kernel's loopback, where only descriptors are looked at. */
export async function trackBare(program: string): Promise<Findings> {
  return valgrind(['--tool=none'], ['up'], program, {});
}

/** Redirected on a recorded host of 10.53.57.0, with all that memcheck can find. */
export async function memcheckRedirected(program: string): Promise<Findings> {
  const options = [
    '--tool=memcheck',
    '--leak-check=full',
    '--show-leak-kinds=definite,indirect,possible',
    '--errors-for-leak-kinds=definite,indirect,possible',
    `--suppressions=${join(NATIVE_TESTS, 'memcheck.supp')}`,
  ];
  return withDirectory((directory) =>
    valgrind(options, ['down', `LD_PRELOAD=${LIBRARY}`], program, {
      SOCKET_WRAPPER_DIR: directory,
      ...ON_10_53_57,
      SOCKET_WRAPPER_PCAP_FILE: join(directory, CAPTURE),
    }),
  );
}

async function valgrind(
  options: readonly string[],
  sandbox: readonly string[],
  program: string,
  variables: Readonly<Record<string, string>>,
): Promise<Findings> {
  // Its words go to stderr: a file of its own would take one of the program's descriptors.
  // Of no debugger it is told: that would leave pipes behind, which other users cannot remove.
  const valgrindOptions = ['--quiet', '--vgdb=no', '--track-fds=yes', '--trace-children=yes', ...options];
  const command = ['valgrind', ...valgrindOptions, program];
  const result = await execa(SANDBOX, [...sandbox, ...command], {
    env: variables,
    stdin: 'ignore',
    reject: false,
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const report = read(result.stderr);
  const ending = result.exitCode === 0 ? [] : [`ended with ${result.signal ?? `exit code ${result.exitCode}`}`];
  return { lines: result.stdout.split('\n'), ...report, complaints: [...report.complaints, ...ending] };
}

/** Every line of valgrind starts with `==PID==`; paragraphs of one process are parted by empty ones. */
function read(stderr: string): Omit<Findings, 'lines'> {
  const processes = new Map<string, string[]>();
  const complaints: string[] = [];
  for (const line of stderr.split('\n')) {
    const [, pid, text] = /^==(\d+)== ?(.*)$/.exec(line) ?? [];
    if (pid === undefined || text === undefined) {
      // Between hyphens valgrind talks of itself: calls of the program that it does not know.
      if (line !== '' && !/^--\d+-- /.test(line)) complaints.push(line);
    } else {
      processes.set(pid, [...(processes.get(pid) ?? []), text]);
    }
  }

  const open: string[] = [];
  for (const lines of processes.values()) {
    const descriptors: number[] = [];
    for (const paragraph of lines.join('\n').split(/\n *\n|(?=^FILE DESCRIPTORS)|(?=^Open )/m)) {
      const [, descriptor, file = ''] = /^Open .*?(?:socket|file descriptor) (\d+):(.*)/.exec(paragraph) ?? [];
      if (descriptor !== undefined) {
        const isInherited = paragraph.includes('<inherited from parent>');
        if (!isInherited && !file.endsWith(`/${CAPTURE}`)) descriptors.push(Number(descriptor));
      } else if (paragraph.trim() !== '' && !/^(FILE DESCRIPTORS|Warning: )/.test(paragraph)) {
        complaints.push(paragraph);
      }
    }
    // Of a process that had none open valgrind speaks or not, by what the process inherited.
    if (descriptors.length === 0) continue;
    open.push(descriptors.sort((a, b) => a - b).join(' '));
  }
  return { complaints, openAtExit: open.sort() };
}
