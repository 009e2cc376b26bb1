/**
 * Compiles the modules of the native library for unit tests and fuzz targets; of the exported symbols, only names.
 *
 * The objects are kept per variant, so a test is linked in a moment when only the test has changed.
 */
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type Compilation, compile, compileAll } from './compile.js';
import { BUILD, NATIVE, NATIVE_TESTS } from './paths.js';
import { writeSocketNameVectors } from './vectors.js';

/** How modules and tests are compiled. */
export interface Variant {
  readonly name: string;
  readonly flags: readonly string[];
  /** Default: `cc`. */
  readonly compiler?: string;
}

/** With ThreadSanitizer, which tells of memory that two threads touch unordered. */
export const THREAD: Variant = { name: 'thread', flags: ['-fsanitize=thread', '-Wno-tsan'] };

/** Each unit test runs in all of these. */
export const VARIANTS: readonly Variant[] = [
  { name: 'plain', flags: ['-Werror'] },
  { name: 'address-and-undefined', flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'] },
  THREAD,
];

/** Fuzz targets, with clang's libFuzzer. */
export const FUZZING: Variant = {
  name: 'fuzzing',
  flags: ['-fsanitize=fuzzer-no-link,address,undefined', '-fno-sanitize-recover=all'],
  compiler: 'clang',
};

const MODULE_FOLDERS = ['base', 'state', 'sockets', 'capture', 'names', 'listing'];
/** What the library has beside them. */
const OTHER_FOLDERS = ['programs', 'interpose'];
/** Unit tests that start so are linked with the exported functions too. */
const TEST_OF_NAMES = 'test_names_';
/** `test_attach_got` is linked with attach/got.c, and so on: the rest of that folder needs Node.js. */
const TEST_OF_ATTACH = 'test_attach_';
const VECTORS_FOLDER = join(BUILD, 'vectors');
const INCLUDES = [`-I${NATIVE}`, `-I${NATIVE_TESTS}`, `-I${VECTORS_FOLDER}`];

/** The C files in the test folder whose names start so, without `.c`, in alphabetical order. */
export async function cFilesNamed(prefix: string): Promise<string[]> {
  const files = await readdir(NATIVE_TESTS);
  const sources = files.filter((file) => file.startsWith(prefix) && extname(file) === '.c');
  return sources.map((file) => file.slice(0, -'.c'.length)).sort();
}

/** Compiles all modules for a variant; gives back the objects. */
export async function compileModules(variant: Variant): Promise<string[]> {
  await writeSocketNameVectors(VECTORS_FOLDER);
  const files = (await Promise.all(MODULE_FOLDERS.map(filesOf))).flat();
  const headers = files.filter((file) => extname(file) === '.h');
  const sources = files.filter((file) => extname(file) === '.c');
  const compilations = [...sources, ...(await exportedNames())].map((source) =>
    compilationOf(variant, source, headers),
  );
  await compileAll(compilations);
  return compilations.map(({ output }) => output);
}

/** The whole library, compiled for a variant. */
export async function compileLibrary(variant: Variant): Promise<string> {
  const modules = await compileModules(variant);
  const files = (await Promise.all([...MODULE_FOLDERS, ...OTHER_FOLDERS].map(filesOf))).flat();
  const headers = files.filter((file) => extname(file) === '.h');
  const others = (await Promise.all(OTHER_FOLDERS.map(filesOf))).flat().filter((file) => extname(file) === '.c');
  const compilations = others.map((source) => compilationOf(variant, source, headers));
  await compileAll(compilations);
  const output = join(BUILD, variant.name, 'libsocket_wrapper.so');
  const objects = new Set([...modules, ...compilations.map((compilation) => compilation.output)]);
  await compile({
    output,
    sources: [...objects],
    flags: [...variant.flags, '-shared', '-Wl,-z,nodelete', '-Wl,-z,now', '-ldl'],
  });
  return output;
}

/** Links a test of the test folder with the modules; gives back the executable. */
export async function compileTest(
  variant: Variant,
  name: string,
  objects: readonly string[],
  flags: readonly string[] = [],
): Promise<string> {
  const output = join(BUILD, variant.name, name);
  const needed = name.startsWith(TEST_OF_NAMES) ? objects : objects.filter((object) => !isExport(object));
  const attached = name.startsWith(TEST_OF_ATTACH) ? await attachedModule(variant, name) : { sources: [], flags: [] };
  const headers = (await filesOf('test')).filter((file) => extname(file) === '.h');
  await compile({
    output,
    sources: [join(NATIVE_TESTS, `${name}.c`), ...attached.sources, ...needed],
    headers: [...headers, join(VECTORS_FOLDER, 'socket_name_vectors.h')],
    flags: [...variant.flags, '-D_GNU_SOURCE', ...INCLUDES, ...flags, ...attached.flags, '-ldl'],
    ...(variant.compiler === undefined ? {} : { compiler: variant.compiler }),
  });
  return output;
}

/** What a test of attach/ needs more than the modules: the one that it tests, and an object to be hooked, which it finds as CALLER. */
async function attachedModule(variant: Variant, test: string): Promise<{ sources: string[]; flags: string[] }> {
  const caller = join(BUILD, variant.name, 'caller.so');
  await compile({
    output: caller,
    sources: [join(NATIVE_TESTS, 'attached', 'caller.c')],
    flags: [...variant.flags, '-shared', '-fPIC', '-Wl,-z,relro,-z,now'],
    ...(variant.compiler === undefined ? {} : { compiler: variant.compiler }),
  });
  const module = join(NATIVE, 'attach', `${test.slice(TEST_OF_ATTACH.length)}.c`);
  return { sources: [module], flags: [`-DCALLER="${caller}"`] };
}

function compilationOf(variant: Variant, source: string, headers: readonly string[]): Compilation {
  const object = source.slice(NATIVE.length + 1, -'.c'.length).replaceAll('/', '-');
  return {
    output: join(BUILD, variant.name, `${object}.o`),
    sources: [source],
    headers,
    flags: [...variant.flags, '-D_GNU_SOURCE', '-fPIC', '-c', ...INCLUDES],
    ...(variant.compiler === undefined ? {} : { compiler: variant.compiler }),
  };
}

/** The exported functions that answer names, and what tells of unknown ones: their tests call them as programs do. */
async function exportedNames(): Promise<string[]> {
  return (await filesOf('interpose')).filter((file) => /^(names|unknown_name).*\.c$/.test(basename(file)));
}

/** An object of the interpose layer. */
function isExport(object: string): boolean {
  return basename(object).startsWith('interpose-');
}

async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(join(NATIVE, folder))).map((file) => join(NATIVE, folder, file));
}
