/**
 * Builds the native files of this package: the library, the no-op library if it has sources, and the janitor.
 *
 *     node native/build.mjs [--target linux-x64-musl] [--out FOLDER] [--force]
 *
 * Without arguments it builds for this machine into `dist/native`, with `$CC`, `cc` or, where there is no C compiler, the
 * zig compiler from the npm registry. `--target` builds with zig for another machine or libc. Outputs that are newer than
 * all sources are kept. Everything is built in a folder of its own and renamed into place, so builds that run at once, and
 * programs that have the old library loaded, do not disturb each other.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { findCompiler, isZig, ZIG_TARGETS } from './compiler.mjs';

const run = promisify(execFile);
const NATIVE = fileURLToPath(new URL('.', import.meta.url));
const COMMON_FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread', `-I${NATIVE}`];
/** Debuggers and valgrind want it where the sources are; published files are a fifth of the size without. */
const DEBUG_INFORMATION = '-g';
const NO_DEBUG_INFORMATION = '-Wl,--strip-debug';
/** Programs call sockets on threads and coroutines with little stack: base/scratch.h. What only starts programs may have more. */
const SMALL_FRAMES = '-Wframe-larger-than=9216';
const LIBRARY_FLAGS = ['-fPIC', '-fvisibility=hidden', '-ftls-model=initial-exec', SMALL_FRAMES];
const HARDENED = '-Wl,-z,relro,-z,now';
/**
 * A fork(2) copies every mapping of the library, for a microsecond each, and each takes longer still to make. Without relro its data are one, and
 * there is nothing to protect: the table of libc's functions (base/real.h) is as writable as the linker's. Code and constants are one as
 * well, but for zig, whose linker has no such choice.
 */
const FEW_MAPPINGS = '-Wl,-z,norelro';
const FEWER_MAPPINGS = '-Wl,-z,noseparate-code';
/**
 * Most programs that start never call most of what the library needs of libc: what they do call is looked up then. What the library has itself
 * needs no looking up, but for zig's linker, which cannot be told so.
 */
const FEW_LOOKUPS = '-Wl,-z,lazy';
const FEWER_LOOKUPS = '-Wl,-Bsymbolic-functions';

/**
 * What each start, fork and end of a process passes through. It stands in front, beside what the linker looks up: when a process first comes to a
 * page of a file, the kernel maps the 64 KiB around it, and a fork's child comes to each anew. Its variables stand in front as well, in the page
 * that the linker has written to already.
 */
const FIRST_SOURCES = [
  'interpose/forks.c',
  'interpose/start.c',
  'interpose/sandbox.c',
  'interpose/stdio.c',
  'interpose/files.c',
  'capture/capture.c',
  'state/network.c',
  'state/processes.c',
];

const ARTIFACTS = [
  {
    file: 'libsocket_wrapper.so',
    folders: ['base', 'state', 'sockets', 'capture', 'names', 'listing', 'programs', 'interpose'],
    compile: LIBRARY_FLAGS,
    link: [
      '-shared',
      '-Wl,-z,nodelete',
      '-Wl,-z,defs',
      FEW_MAPPINGS,
      FEW_LOOKUPS,
      '-Wl,-soname,libsocket_wrapper.so',
      '-ldl',
    ],
    isLean: true,
  },
  {
    // The same functions for the running process: they stay inside, and are put in front of libc's by attach/.
    file: 'attach.node',
    needs: 'attach',
    folders: ['base', 'state', 'sockets', 'capture', 'names', 'listing', 'programs', 'interpose', 'attach'],
    // It finds libc by dlopen(3), and has a hook of its own for that.
    without: ['base/next.c', 'interpose/loader.c'],
    compile: ['-fPIC', '-fvisibility=hidden', '-include', join(NATIVE, 'attach', 'libc.h')],
    link: [
      '-shared',
      '-Wl,-z,nodelete',
      `-Wl,--version-script=${join(NATIVE, 'attach', 'attach.map')}`,
      FEW_MAPPINGS,
      FEW_LOOKUPS,
      '-Wl,-soname,attach.node',
      '-ldl',
    ],
    isLean: true,
  },
  {
    file: 'libsocket_wrapper_noop.so',
    folders: ['noop'],
    compile: LIBRARY_FLAGS,
    link: ['-shared', HARDENED, '-Wl,-soname,libsocket_wrapper_noop.so'],
  },
  { file: 'socket-wrapper-janitor', folders: ['janitor'], compile: [], link: [HARDENED] },
];

async function main() {
  const { values } = parseArgs({
    options: { target: { type: 'string' }, out: { type: 'string' }, force: { type: 'boolean', default: false } },
  });
  const { target } = values;
  if (target !== undefined && !Object.hasOwn(ZIG_TARGETS, target)) {
    throw new Error(`--target ${target} is not known: ${Object.keys(ZIG_TARGETS).join(', ')} are`);
  }
  const out = resolve(values.out ?? join(NATIVE, '..', 'dist', 'native', target ?? ''));
  copyDevelopmentFiles(out);
  const stale = ARTIFACTS.filter((artifact) => sourcesOf(artifact).length > 0).filter(
    (artifact) => values.force || isStale(artifact, out),
  );
  if (stale.length === 0) return;

  const compiler = findCompiler(target);
  const isPublished = target !== undefined;
  mkdirSync(out, { recursive: true });
  const workplace = mkdtempSync(join(out, '.build-'));
  const giveUp = (_signal, number) => {
    rmSync(workplace, { recursive: true, force: true });
    process.exit(128 + number);
  };
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp);
  try {
    for (const artifact of stale) await build(artifact, { compiler, isPublished, workplace, out }).catch(report);
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

/** What a C program is compiled with that asks the library: the header, and the descriptions for pkg-config and CMake. */
function copyDevelopmentFiles(out) {
  const { version } = JSON.parse(readFileSync(join(NATIVE, '..', 'package.json'), 'utf8'));
  mkdirSync(join(out, 'include'), { recursive: true });
  cpSync(join(NATIVE, 'include', 'socket_wrapper.h'), join(out, 'include', 'socket_wrapper.h'));
  cpSync(join(NATIVE, 'include', 'socket_wrapper_noop-config.cmake'), join(out, 'socket_wrapper_noop-config.cmake'));
  const description = readFileSync(join(NATIVE, 'include', 'socket_wrapper_noop.pc.in'), 'utf8');
  writeFileSync(join(out, 'socket_wrapper_noop.pc'), description.replace('@VERSION@', version));
}

async function build(artifact, { compiler, isPublished, workplace, out }) {
  const [command, ...first] = compiler;
  const flags = isPublished ? COMMON_FLAGS : [...COMMON_FLAGS, DEBUG_INFORMATION];
  const compile = async (source) => {
    const object = join(workplace, `${relative(NATIVE, source).replaceAll('/', '-')}.o`);
    await run(command, [...first, ...flags, ...artifact.compile, '-c', source, '-o', object]);
    return object;
  };
  const objects = await mapInParallel(sourcesOf(artifact), compile);
  const built = join(workplace, artifact.file);
  const layout = artifact.isLean && !isZig(compiler) ? [FEWER_MAPPINGS, FEWER_LOOKUPS] : [];
  if (isPublished) layout.push(NO_DEBUG_INFORMATION);
  await run(command, [...first, '-pthread', '-o', built, ...objects, ...layout, ...artifact.link]);
  renameSync(built, join(out, artifact.file));
  console.log(`built ${relative(process.cwd(), join(out, artifact.file))} with ${compiler.join(' ')}`);
}

async function mapInParallel(items, action) {
  const results = [];
  // A worker that throws closes the generator, so the others end with the item that they are at.
  const queue = (function* () {
    yield* items.entries();
  })();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await action(item);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results;
}

function sourcesOf({ folders, needs, without = [] }) {
  if (needs !== undefined && filesIn(needs, '.c').length === 0) return [];
  const left = without.map((file) => join(NATIVE, file));
  const sources = folders.flatMap((folder) => filesIn(folder, '.c')).filter((file) => !left.includes(file));
  const first = FIRST_SOURCES.map((file) => join(NATIVE, file)).filter((file) => sources.includes(file));
  return [...first, ...sources.filter((file) => !first.includes(file))];
}

/** Files of `native/FOLDER` in the order of their names; none when the folder does not exist. */
function filesIn(folder, ending) {
  const path = join(NATIVE, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(path, name));
}

function isStale(artifact, out) {
  const output = join(out, artifact.file);
  if (!existsSync(output)) return true;
  const builtAt = statSync(output).mtimeMs;
  const headers = ['.', ...artifact.folders].flatMap((folder) => [
    ...filesIn(folder, '.h'),
    ...filesIn(folder, '.map'),
  ]);
  const inputs = [...sourcesOf(artifact), ...headers, fileURLToPath(import.meta.url)];
  // A source that was taken away changes its folder's time.
  const folders = artifact.folders.map((folder) => join(NATIVE, folder)).filter((folder) => existsSync(folder));
  return [...inputs, ...folders].some((path) => statSync(path).mtimeMs > builtAt);
}

/** One artifact that cannot be built leaves the others their chance. */
function report(error) {
  // A compiler's own words say it best.
  console.error(`build.mjs: ${error.stderr || error.message}`);
  process.exitCode = 1;
}

main().catch(report);
