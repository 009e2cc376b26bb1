/** Compiles the C parts of the tests, each only when one of its sources is newer than the result. */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { execa } from 'execa';
import { BUILD, NATIVE_TESTS, PROGRAMS } from './paths.js';

/** One executable to be made by the C compiler. */
export interface Compilation {
  /** The executable. */
  readonly output: string;
  readonly sources: readonly string[];
  /** Files that the sources include, and that make the executable stale as well. */
  readonly headers?: readonly string[];
  readonly flags?: readonly string[];
  /** With the arguments that come first, if there are such. Default: `cc`. */
  readonly compiler?: string | readonly string[];
}

const COMMON_FLAGS = ['-std=gnu11', '-g', '-O2', '-Wall', '-Wextra', '-pthread'];

/** Topics whose programs are also compiled with -D_FORTIFY_SOURCE=2, which calls other functions of libc. */
const FORTIFIED_TOPICS = ['accept', 'data', 'udp'];

/** The program that gives others a network namespace of their own. */
export const SANDBOX = join(BUILD, 'sandbox');

/** One exchange between two programs: `talk serve udp 127.0.0.10 7`. */
export const TALK = join(BUILD, 'talk');

/** Kills processes in the middle of socket calls: `crash 200 1`. */
export const CRASH = join(BUILD, 'crash');

/** Exchanges whose packets a capture must show: `traffic bulk 1000`. */
export const TRAFFIC = join(BUILD, 'traffic');

/** The executable of a plain program, `bind_errors` for example. */
export function programPath(name: string): string {
  return join(BUILD, 'programs', name);
}

/** The same program, fortified; `undefined` when its topic is not compiled that way. */
export function fortifiedPath(name: string): string | undefined {
  return FORTIFIED_TOPICS.includes(name.split('_', 1)[0] ?? '')
    ? join(BUILD, 'programs', 'fortified', name)
    : undefined;
}

/** The names of all plain programs, in alphabetical order. */
export async function programNames(): Promise<string[]> {
  const files = await readdir(PROGRAMS);
  const sources = files.filter((file) => extname(file) === '.c' && file !== 'harness.c');
  return sources.map((file) => file.slice(0, -'.c'.length)).sort();
}

/** Makes the sandbox, `talk`, `crash` and all plain programs. */
export async function compilePrograms(): Promise<void> {
  await compileAll([
    { output: SANDBOX, sources: [join(NATIVE_TESTS, 'sandbox.c')] },
    { output: TALK, sources: [join(NATIVE_TESTS, 'talk.c')] },
    { output: CRASH, sources: [join(NATIVE_TESTS, 'crash.c')] },
  ]);
  const names = await programNames();
  const fortified = names.filter((name) => fortifiedPath(name) !== undefined);
  await compilePlainPrograms(names, join(BUILD, 'programs'));
  await compilePlainPrograms(fortified, join(BUILD, 'programs', 'fortified'), {
    flags: ['-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'],
  });
}

/** Makes {@link TRAFFIC}, or the same elsewhere for another machine. */
export async function compileTraffic(output = TRAFFIC, how: Pick<Compilation, 'compiler'> = {}): Promise<void> {
  const folder = join(NATIVE_TESTS, 'traffic');
  const files = (await readdir(folder)).map((file) => join(folder, file));
  const sources = files.filter((file) => extname(file) === '.c');
  const headers = files.filter((file) => extname(file) === '.h');
  await compile({ ...how, output, sources, headers });
}

/** Makes plain programs in `folder`, all with one harness. */
export async function compilePlainPrograms(
  names: readonly string[],
  folder: string,
  { flags = [], ...how }: Pick<Compilation, 'compiler' | 'flags'> = {},
): Promise<void> {
  const files = await readdir(PROGRAMS);
  const headers = files.filter((file) => extname(file) === '.h').map((file) => join(PROGRAMS, file));
  const harness = join(folder, 'harness.o');
  await compile({ ...how, output: harness, sources: [join(PROGRAMS, 'harness.c')], headers, flags: [...flags, '-c'] });
  await compileAll(
    names.map((name) => ({
      ...how,
      output: join(folder, name),
      sources: [join(PROGRAMS, `${name}.c`), harness],
      headers,
      flags,
    })),
  );
}

/** Makes what is stale, a few at a time. */
export async function compileAll(compilations: readonly Compilation[]): Promise<void> {
  const waiting = [...compilations];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await compile(next);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** Makes one executable, unless it is newer than its sources. Two at once do not disturb each other. */
export async function compile(compilation: Compilation): Promise<void> {
  const { output, sources, headers = [], flags = [], compiler = 'cc' } = compilation;
  if (!(await isStale(output, [...sources, ...headers]))) return;

  await mkdir(dirname(output), { recursive: true });
  const unfinished = `${output}.${process.pid}`;
  try {
    const [command = '', ...first] = typeof compiler === 'string' ? [compiler] : compiler;
    await execa(command, [...first, ...COMMON_FLAGS, ...flags, '-o', unfinished, ...sources]);
    await rename(unfinished, output);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function isStale(output: string, inputs: readonly string[]): Promise<boolean> {
  const made = await stat(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (made === undefined) return true;

  const times = await Promise.all(inputs.map(async (input) => (await stat(input)).mtimeMs));
  return times.some((time) => time > made.mtimeMs);
}
