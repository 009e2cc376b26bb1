/**
 * Makes and removes the directory of a network.
 */
import { accessSync, constants, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkError } from '../network-error.js';
import { monotonicMs } from '../real-time.js';

const SHARED_MEMORY = '/dev/shm';
// Short: the path goes into socket addresses of 108 bytes.
const PREFIX = 'sw-';
const REMOVED_SUFFIX = '-removed';
const REMOVAL_TIMEOUT_MS = 1000;

/** What directories of networks are called, those included that are being removed. */
export const NETWORK_DIRECTORY_NAME = /^sw-[A-Za-z0-9]{6}(?:-removed)?$/;

/**
 * Makes a directory with mode 0700 in `place` and has `fill` put the first files into it.
 *
 * @throws {NetworkError} `DIRECTORY_FAILED`; no directory stays behind.
 */
export function makeDirectory(place: string, fill: (directory: string) => void): string {
  let directory: string | undefined;
  try {
    directory = mkdtempSync(join(place, PREFIX));
    fill(directory);
    return directory;
  } catch (cause) {
    if (directory !== undefined) removeDirectory(directory);
    const { message } = cause as Error;
    throw new NetworkError(
      'DIRECTORY_FAILED',
      `Cannot make a network directory in ${place}: ${message}; the option "parent" names another place`,
      { cause },
    );
  }
}

/**
 * Removes the directory with all it holds. One that is gone already is fine.
 *
 * It is moved aside first: programs that go on making files in it find it gone, and cannot keep it from being emptied.
 * Those that hold it open by a descriptor can, for a second; then the error of the last attempt is thrown.
 */
export function removeDirectory(directory: string): void {
  const moved = movedAside(directory);
  if (wasFlat(moved)) return;
  const deadlineMs = monotonicMs() + REMOVAL_TIMEOUT_MS;
  for (;;) {
    try {
      rmSync(moved, { recursive: true, force: true });
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' || monotonicMs() > deadlineMs) throw error;
    }
  }
}

/** Removes a directory that holds files alone, as most do, in a third of the time that rmSync() takes. Gives whether that was so. */
function wasFlat(directory: string): boolean {
  try {
    for (const name of readdirSync(directory)) unlinkSync(join(directory, name));
    rmdirSync(directory);
    return true;
  } catch {
    return false; // It holds a directory, others go on making files in it, or it is gone: rmSync() knows what to do.
  }
}

function movedAside(directory: string): string {
  const aside = `${directory}${REMOVED_SUFFIX}`;
  try {
    renameSync(directory, aside);
    return aside;
  } catch {
    return directory; // Whatever is in the way, removing it says it better.
  }
}

/**
 * Where networks are made unless something else is asked for: on the tmpfs of shared memory, where a connect costs a quarter
 * of what it does on ext4, or else in the temporary directory.
 */
export function defaultParent(): string {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK | constants.X_OK);
    return SHARED_MEMORY;
  } catch {
    return tmpdir(); // For any reason: shared memory is only the faster place.
  }
}
