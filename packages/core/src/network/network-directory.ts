/**
 * Makes and removes the directory of a network.
 */
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkError } from './network-error.js';

const SHARED_MEMORY = '/dev/shm';
// Short: the path goes into socket addresses of 108 bytes.
const PREFIX = 'sw-';
const MAX_ATTEMPTS = 100;

/**
 * Makes a directory with mode 0700 in `parent` and has `fill` put the first files into it.
 *
 * Without `parent` it is on the tmpfs of shared memory, where a connect costs a quarter of what it does on ext4, or
 * else in the temporary directory.
 *
 * @throws {NetworkError} `DIRECTORY_FAILED`; no directory stays behind.
 */
export function makeDirectory(parent: string | undefined, fill: (directory: string) => void): string {
  const place = parent ?? defaultParent();
  let directory: string | undefined;
  try {
    directory = mkdtempSync(join(place, PREFIX));
    fill(directory);
    return directory;
  } catch (cause) {
    if (directory !== undefined) removeDirectory(directory);
    const { message } = cause as Error;
    throw new NetworkError('DIRECTORY_FAILED', `Cannot make a network directory in ${place}: ${message}`, { cause });
  }
}

/** Removes the directory with all it holds; files that processes make meanwhile only make it try again. */
export function removeDirectory(directory: string): void {
  // rmSync does not repeat on ENOTEMPTY by itself when a file appears between its readdir and its rmdir.
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === MAX_ATTEMPTS || (code !== 'ENOTEMPTY' && code !== 'EEXIST')) throw error;
    }
  }
}

function defaultParent(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK | constants.X_OK);
    return SHARED_MEMORY;
  } catch {
    return tmpdir(); // For any reason: shared memory is only the faster place.
  }
}
