/**
 * The environment that puts a program on a host: functions from one environment to another.
 *
 * `docs/network-directory.md` names the variables.
 */

import type { Host, Network } from '@socket-wrapper/core';
import { PreloadError } from '../preload-error.js';

/** Environment variables; `undefined` stands for a variable that is not set, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that say which network and host a process is on. They are ours alone: none is taken over from outside. */
const IDENTITY = [
  'SOCKET_WRAPPER_DIR',
  'SOCKET_WRAPPER_IPV4_NETWORK',
  'SOCKET_WRAPPER_DEFAULT_IFACE',
  'SOCKET_WRAPPER_PCAP_FILE',
  'SOCKET_WRAPPER_SPAWN',
] as const;

/**
 * `env` with all that a program needs to run on `host` of `network`.
 *
 * Other libraries of LD_PRELOAD stay, and so do other variables of the library, such as `SOCKET_WRAPPER_DEBUGLEVEL`.
 *
 * @throws {PreloadError} `LIBRARY_PATH_UNUSABLE` when LD_PRELOAD cannot name `library`.
 * @example
 * preloadEnvironment(process.env, network, network.host('web'), libraryPath());
 */
export function preloadEnvironment(
  env: Environment,
  network: Network,
  host: Host,
  library: string,
): Record<string, string> {
  return withPreload(env, network.environment(host), library);
}

/** `env` with `library` preloaded and with `variables`, which no variable of `env` can replace. */
export function withPreload(
  env: Environment,
  variables: Readonly<Record<string, string>>,
  library: string,
): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && !isIdentity(name));
  return { ...Object.fromEntries(kept), ...variables, LD_PRELOAD: preloadList(env.LD_PRELOAD ?? '', library) };
}

/** Whether LD_PRELOAD can name `path`: a space and a colon separate, a dollar starts a token such as $LIB (ld.so(8)). */
export function isPreloadable(path: string): boolean {
  return !/[\s:$]/.test(path);
}

/**
 * `library` in front of the libraries that are there already, so that its functions come first.
 *
 * Only the runtime of a sanitizer comes before it: AddressSanitizer refuses to start a program in which it is not first.
 */
function preloadList(present: string, library: string): string {
  if (!isPreloadable(library)) {
    throw new PreloadError(
      'LIBRARY_PATH_UNUSABLE',
      `Cannot preload ${JSON.stringify(library)}: LD_PRELOAD has no way to write a path with a space, a colon or a dollar sign`,
      { file: library },
    );
  }
  const others = present.split(/[\s:]+/).filter((path) => path !== '' && path !== library);
  const sanitizers = others.filter(isSanitizer);
  return [...sanitizers, library, ...others.filter((path) => !isSanitizer(path))].join(':');
}

function isSanitizer(path: string): boolean {
  return /(^|\/)lib(clang_rt\.)?(asan|tsan|ubsan|lsan|hwasan|msan)\b[^/]*$/.test(path);
}

function isIdentity(name: string): boolean {
  return (IDENTITY as readonly string[]).includes(name);
}
