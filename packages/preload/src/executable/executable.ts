/**
 * Finds the file that execvp(3) would start and makes sure that LD_PRELOAD reaches it.
 *
 * The dynamic linker passes over LD_PRELOAD without a word in static and set-user-ID programs, and a program of another
 * libc or machine prints a line and goes on without the library. Each of them would then use the real network, so each is
 * refused before it starts.
 */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { loadTools } from '../attach/addon.js';
import { PreloadError } from '../preload-error.js';
import { type ByteSource, ElfError, type ElfImage, isElf, readElf } from './elf.js';
import { programOfEnv, readShebang, SHEBANG_LENGTH } from './shebang.js';

/** What execvp(3) takes from the process it runs in. */
export interface ExecutionContext {
  readonly cwd: string;
  /** The variable PATH; without one, execvp(3) of glibc looks in /bin and /usr/bin. */
  readonly path: string | undefined;
}

/** The C library a program is linked with, as far as its dynamic linker tells. */
export type Libc = 'glibc' | 'musl';

/** What a program has to be for a library to be loaded into it. */
export interface Platform {
  readonly architecture: string;
  readonly bits: 32 | 64;
  readonly libc: Libc;
}

const DEFAULT_PATH = '/bin:/usr/bin';
/** What execvp(3) gives a file to that has neither an ELF header nor a `#!` line. */
const SHELL = '/bin/sh';
/** How often the kernel goes from a script to its interpreter (exec_binprm). */
const LONGEST_CHAIN = 5;
/** Mode bits that `fs.constants` leaves out (inode(7)). */
const SET_USER_ID = 0o4000;
const SET_GROUP_ID = 0o2000;

/**
 * The path of the file that execvp(3) starts for `program`.
 *
 * @throws {PreloadError} `PROGRAM_NOT_FOUND`, or `PROGRAM_NOT_EXECUTABLE` for a file without execute permission.
 */
export function findProgram(program: string, { cwd, path = DEFAULT_PATH }: ExecutionContext): string {
  const hasSlash = program.includes('/');
  // An empty element of PATH is the current directory (execvp(3)).
  const candidates = hasSlash ? [program] : path.split(':').map((folder) => join(folder || '.', program));
  const files = (program === '' ? [] : candidates).map((candidate) => resolve(cwd, candidate));

  const found = files.find(isExecutable);
  if (found !== undefined) return found;
  const present = files.find((file) => existsSync(file) && (hasSlash || statSync(file).isFile()));
  if (present !== undefined) {
    const reason = statSync(present).isFile() ? 'you have no permission to execute it' : 'it is not a regular file';
    throw new PreloadError('PROGRAM_NOT_EXECUTABLE', `Cannot start ${present}: ${reason}`, { file: present });
  }
  const where = hasSlash ? `${resolve(cwd, program)} does not exist` : `it is in no directory of PATH (${path})`;
  throw new PreloadError('PROGRAM_NOT_FOUND', `Cannot start ${JSON.stringify(program)}: ${where}`, { file: program });
}

/**
 * Makes sure that a library for `platform` would be loaded into `program`, or into its interpreter when it is a script.
 *
 * Returns the path of the program.
 *
 * @throws {PreloadError} what {@link findProgram} throws; `PROGRAM_STATIC`, `PROGRAM_GO`, `PROGRAM_OTHER_LIBC`,
 * `PROGRAM_OTHER_ARCHITECTURE`, `PROGRAM_SETUID` and `PROGRAM_CAPABILITIES` for what the library cannot reach; `PROGRAM_UNREADABLE` and
 * `PROGRAM_DAMAGED` for what cannot be judged; `INTERPRETER_NOT_FOUND` for what the kernel could not start either.
 */
export function assertPreloadable(program: string, context: ExecutionContext, platform: Platform): string {
  const file = findProgram(program, context);
  assertImage(file, context, platform, []);
  return file;
}

/** The libc that the dynamic linker `interpreter` belongs to; `undefined` for one that is not known. */
export function libcOf(interpreter: string): Libc | undefined {
  const name = basename(interpreter);
  if (name.startsWith('ld-musl-')) return 'musl';
  return /^ld-(linux|lsb|2\.)|^ld(64)?\.so\./.test(name) ? 'glibc' : undefined;
}

/** The ELF headers of the file at `path`. */
export function readElfFile(path: string): ElfImage {
  return withFile(path, ({ read }) => readElf(read));
}

function assertImage(file: string, context: ExecutionContext, platform: Platform, scripts: readonly string[]): void {
  if (scripts.length > LONGEST_CHAIN) {
    throw new PreloadError(
      'PROGRAM_NOT_EXECUTABLE',
      `Cannot start ${scripts[0]}: more than ${LONGEST_CHAIN} scripts interpret one another`,
      { file: scripts[0] ?? file },
    );
  }
  const { start, stats, elf } = withFile(file, ({ read, stats }) => {
    const start = read(0, SHEBANG_LENGTH);
    return { start, stats, elf: isElf(start) ? readProgram(file, read) : undefined };
  });
  if (elf !== undefined) {
    assertReachable(describe(file, scripts), file, { elf, stats, platform });
    return;
  }

  const shebang = readShebang(start);
  const chain = [...scripts, file];
  if (shebang === undefined) {
    assertImage(SHELL, context, platform, chain);
    return;
  }
  const interpreter = resolve(context.cwd, shebang.interpreter);
  assertImage(findInterpreter(interpreter, context, file), context, platform, chain);
  if (basename(interpreter) !== 'env') return;
  const named = programOfEnv(shebang.argument);
  if (named !== undefined) assertImage(findInterpreter(named, context, file), context, platform, chain);
}

function assertReachable(
  name: string,
  file: string,
  { elf, stats, platform }: { elf: ElfImage; stats: Stats; platform: Platform },
): void {
  const refuse = (code: PreloadError['code'], reason: string) =>
    new PreloadError(code, `Cannot run ${name} on a network: ${reason}`, { file });

  if (elf.architecture !== platform.architecture || elf.bits !== platform.bits) {
    throw refuse(
      'PROGRAM_OTHER_ARCHITECTURE',
      `it is a ${elf.bits}-bit ${elf.architecture} program, the library is ${platform.bits}-bit ${platform.architecture}`,
    );
  }
  if (elf.isGo) {
    throw refuse(
      'PROGRAM_GO',
      "it is written in Go, whose net package makes its own system calls instead of libc's, with and without cgo",
    );
  }
  if (elf.interpreter === undefined) {
    throw refuse(
      'PROGRAM_STATIC',
      'it is linked statically, so the dynamic linker cannot load the library into it. Build it dynamically',
    );
  }
  const libc = libcOf(elf.interpreter);
  if (libc !== platform.libc) {
    throw refuse(
      'PROGRAM_OTHER_LIBC',
      `its dynamic linker is ${elf.interpreter}${libc === undefined ? '' : ` (${libc})`}, the library is built for ${platform.libc}`,
    );
  }
  if (!existsSync(elf.interpreter)) {
    throw new PreloadError(
      'INTERPRETER_NOT_FOUND',
      `Cannot start ${name}: its dynamic linker ${elf.interpreter} does not exist`,
      { file },
    );
  }
  if (changesIdentity(stats)) {
    throw refuse(
      'PROGRAM_SETUID',
      `it runs with the rights of its owner (mode ${(stats.mode & 0o7777).toString(8)}), and the dynamic linker ignores LD_PRELOAD in such programs`,
    );
  }
  if (gainsCapabilities(file)) {
    throw refuse(
      'PROGRAM_CAPABILITIES',
      'it has file capabilities (getcap shows them), and the dynamic linker ignores LD_PRELOAD in such programs. Use a copy of it, which has none',
    );
  }
}

/**
 * Whether execve(2) gives the program capabilities that we do not have, which sets AT_SECURE: not for root, who has them
 * all (capabilities(7)). False, too, where Node.js loads no addons, for it cannot read them itself.
 */
function gainsCapabilities(file: string): boolean {
  return process.getuid?.() !== 0 && loadTools()?.hasCapabilities(file) === true;
}

/** Whether execve(2) gives the program other ids than ours, which sets AT_SECURE (getauxval(3)). */
function changesIdentity({ mode, uid, gid }: Stats): boolean {
  const changesUser = (mode & SET_USER_ID) !== 0 && uid !== process.geteuid?.();
  // Without the group's execute bit, set-group-ID does not change the group (inode(7)).
  const isSetgid = (mode & SET_GROUP_ID) !== 0 && (mode & constants.S_IXGRP) !== 0;
  return changesUser || (isSetgid && gid !== process.getegid?.());
}

function findInterpreter(interpreter: string, context: ExecutionContext, script: string): string {
  try {
    return findProgram(interpreter, context);
  } catch (error) {
    if (!(error instanceof PreloadError)) throw error;
    throw new PreloadError(
      'INTERPRETER_NOT_FOUND',
      `Cannot start ${script}: its first line asks for ${interpreter}, which ${
        error.code === 'PROGRAM_NOT_FOUND' ? 'does not exist' : 'is not executable'
      }`,
      { file: script, cause: error },
    );
  }
}

function readProgram(file: string, read: ByteSource): ElfImage {
  try {
    return readElf(read);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new PreloadError('PROGRAM_DAMAGED', `Cannot start ${file}: ${error.message}`, { file, cause: error });
  }
}

function withFile<T>(file: string, use: (open: { read: ByteSource; stats: Stats }) => T): T {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw new PreloadError(
      'PROGRAM_UNREADABLE',
      `Cannot run ${file} on a network: it cannot be read (${(error as NodeJS.ErrnoException).code}), so nothing tells whether the library would be loaded into it`,
      { file, cause: error },
    );
  }
  try {
    const read: ByteSource = (offset, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    };
    return use({ read, stats: fstatSync(descriptor) });
  } finally {
    closeSync(descriptor);
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // No such file, or not for us: execvp(3) goes on to the next directory too.
  }
}

function describe(file: string, scripts: readonly string[]): string {
  return scripts.length === 0 ? file : `${scripts[0]} (interpreted by ${file})`;
}
