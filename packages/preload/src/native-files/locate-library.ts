/**
 * Finds the native files of this package: built in the repository, or brought along by an optional package.
 *
 * In the repository `native/build.mjs` puts them into `dist/native`. A published package has none of its own: they come
 * with `@socket-wrapper/preload-linux-<arch>-<gnu|musl>`, of which a package manager installs the one that fits.
 */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { libcOf, type Platform, readElfFile } from '../executable/executable.js';
import { PreloadError } from '../preload-error.js';
import { nodeRequire } from './node-require.js';
import { packageFile } from './package-file.js';

const LIBRARY = 'libsocket_wrapper.so';
const ADDON = 'attach.node';
const JANITOR = 'socket-wrapper-janitor';

/** What `platforms/` has packages for. */
const ARCHITECTURES = ['x64', 'arm64'];

const BUILT = packageFile('dist/native');

let platformOfNode: Platform | undefined;

/**
 * What this Node.js is built for. The native files are chosen to fit it.
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND` where there is no Linux libc that we know.
 */
export function hostPlatform(): Platform {
  platformOfNode ??= platformOf(process.execPath);
  return platformOfNode;
}

/**
 * The path of the library that LD_PRELOAD has to name.
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND` when it is neither built nor installed.
 */
export function libraryPath(): string {
  return nativeFile(LIBRARY);
}

/**
 * The path of the addon that puts the sockets of this process on networks.
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND` when it is neither built nor installed.
 */
export function addonPath(): string {
  return nativeFile(ADDON);
}

/**
 * The path of the program that ends the processes of a network whose owner died.
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND` when it is neither built nor installed.
 */
export function janitorPath(): string {
  return nativeFile(JANITOR);
}

/** The npm package that holds the native files for `platform`. */
function nativePackage({ architecture, libc }: Platform): string {
  return `@socket-wrapper/preload-linux-${architecture}-${libc === 'glibc' ? 'gnu' : libc}`;
}

function nativeFile(name: string): string {
  const built = join(BUILT, name);
  if (existsSync(built)) return built;

  const packageName = nativePackage(hostPlatform());
  const folder = packageFolder(packageName);
  const installed = folder === undefined ? undefined : join(folder, name);
  if (installed !== undefined && existsSync(installed)) return installed;
  throw new PreloadError('LIBRARY_NOT_FOUND', `Cannot find ${name}: ${whyMissing(hostPlatform())}`, { file: name });
}

function whyMissing(platform: Platform): string {
  // In the repository nobody installs it.
  if (!BUILT.includes('/node_modules/')) return `it is not in ${BUILT}, run "pnpm build"`;
  const { architecture } = platform;
  if (!ARCHITECTURES.includes(architecture)) {
    return `${process.execPath} is built for ${architecture}, and there are packages for ${ARCHITECTURES.join(' and ')}`;
  }
  return (
    `the package ${nativePackage(platform)} is not installed. It is an optional dependency of @socket-wrapper/preload: install without ` +
    '--omit=optional, and without node_modules and a lockfile that were made on another system'
  );
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(nodeRequire.resolve(`${name}/package.json`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function platformOf(executable: string): Platform {
  const unsupported = (reason: string) =>
    new PreloadError('LIBRARY_NOT_FOUND', `Cannot choose a library for ${executable}: ${reason}`, { file: LIBRARY });
  if (process.platform !== 'linux') throw unsupported(`socket-wrapper works on Linux, this is ${process.platform}`);

  // A Node.js that is linked statically does not tell which libc the programs have that it starts. The shell does.
  const { bits, architecture, interpreter = readElfFile('/bin/sh').interpreter } = readElfFile(executable);
  const libc = interpreter === undefined ? undefined : libcOf(interpreter);
  if (libc === undefined) {
    throw unsupported(`its dynamic linker is ${interpreter ?? 'none'}, that of glibc or musl is needed`);
  }
  return { bits, architecture, libc };
}
