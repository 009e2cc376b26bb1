/**
 * The native half: `native/attach/module.c` says what each function does.
 */
import { constants } from 'node:os';
import { addonPath } from '../native-files/locate-library.js';
import { PreloadError } from '../preload-error.js';
import { realProcess } from './real-process.js';

/** A negative `EAI_…` number of `getaddrinfo(3)`. */
export type AddressInfoError = number;

/** The number of a host of a network in this process, or one of {@link NOWHERE} and {@link ENDED}. */
export type Place = number;

/** Code that is on no network: its calls go on to the system. */
export const NOWHERE: Place = 0;
/** Code whose network has ended: it gets no sockets. */
export const ENDED: Place = -1;

/** What the addon exports, to one thread. */
export interface Addon {
  /** Starts the threads of libuv's pool and hooks the process; gives the path of the copy of the addon that has done so, which may be another one. */
  attach(): string;
  /** From now on `ask` tells, in the middle of a call that makes a socket, where the running code is. */
  answer(ask: () => Place): void;
  /** Where the thread is that this was loaded in, when nothing else is known of its code: where it was started. */
  home(): Place;
  openPlace(
    directory: string,
    interfaceId: number,
    captureFile: string | undefined,
    variables: readonly string[],
  ): Place;
  closePlace(place: Place): void;
  /** The addresses of a name, as a program there would get them. */
  lookup(place: Place, name: string, family: number, flags: number): string[] | AddressInfoError;
  /** The names of an address and a port. */
  reverse(place: Place, address: string, port: number): [host: string, service: string] | AddressInfoError;
  /** Whether the file has capabilities (capabilities(7)). */
  hasCapabilities(path: string): boolean;
  /** The two ends of a new pipe(2). */
  makePipe(): [readEnd: number, writeEnd: number];
  /** Closes one of them, as node:fs does, but for a worker thread too, which it warns that it has not opened it. */
  closePipeEnd(end: number): void;
  /**
   * Makes the recorder of an ended network, moved to `path` where nobody else looks for it, as good as new. False when somebody still has it
   * open, or it cannot be: then it is as it was.
   */
  renewRecorder(path: string): boolean;
  /** How many networks are mapped into this process. */
  networks(): number;
  /** The global object of this thread's main context. */
  readonly global: typeof globalThis;
}

/**
 * Loads the addon and hooks the process, which takes about a millisecond the first time.
 *
 * @throws {PreloadError} `ATTACH_FAILED`, `LIBRARY_NOT_FOUND`
 */
export function loadAddon(): Addon {
  const path = addonPath();
  const addon = open(path);
  const inForce = addon.attach();
  // Two copies cannot both stand in front of libc: the first one serves all.
  return inForce === path ? addon : open(inForce);
}

/**
 * The addon, for what it can do without hooking the process; `undefined` where Node.js loads no addons.
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND`
 */
export function loadTools(): Pick<Addon, 'makePipe' | 'closePipeEnd' | 'hasCapabilities'> | undefined {
  try {
    return open(addonPath());
  } catch (error) {
    if (error instanceof PreloadError && error.code === 'ATTACH_FAILED') return undefined;
    throw error;
  }
}

function open(path: string): Addon {
  const runtime = otherRuntime();
  // They load addons, too, but make their sockets in other ways and on other threads than Node.js does.
  if (runtime !== undefined) {
    throw new PreloadError('ATTACH_FAILED', refusal(`${runtime} is not Node.js`), { file: path });
  }
  const module = { exports: {} as Addon };
  try {
    // Not require(): a test runner may have put its own loader in its place.
    realProcess().dlopen(module, path, constants.dlopen.RTLD_LAZY);
  } catch (error) {
    throw new PreloadError('ATTACH_FAILED', refusal(causeOf(path, error as NodeJS.ErrnoException)), {
      file: path,
      cause: error,
    });
  }
  return module.exports;
}

/** What runs this in place of Node.js. Both pass themselves off as Node.js in `process.versions.node`. */
function otherRuntime(): string | undefined {
  const { bun, deno } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? undefined : `Deno ${deno}`;
}

function refusal(cause: string): string {
  return (
    `The sockets of this process cannot be put on a network: ${cause}. ` +
    'Programs that are started on a host, with spawn() or run(), are on the network all the same'
  );
}

function causeOf(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code !== 'ERR_DLOPEN_DISABLED' && code !== 'ERR_ACCESS_DENIED') return `${path} cannot be loaded: ${message}`;
  // The permission model forbids addons as the flag does, with the same error.
  const hasPermissions = 'permission' in process && process.permission !== undefined;
  return hasPermissions
    ? 'the permission model of Node.js forbids addons, start it with --allow-addons'
    : 'Node.js was started with --no-addons';
}
