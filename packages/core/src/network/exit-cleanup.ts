/**
 * Removes the directories of networks that nobody disposed of before the process exits.
 */
import { removeDirectory } from './network-directory.js';

const directories = new Set<string>();

/** Has the directory removed at exit. The hook on the process exists only while there is something to remove. */
export function removeAtExit(directory: string): void {
  if (directories.size === 0) process.on('exit', removeAll);
  directories.add(directory);
}

/** The directory is gone, or no longer ours to remove. */
export function forgetAtExit(directory: string): void {
  directories.delete(directory);
  if (directories.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const directory of directories) {
    try {
      removeDirectory(directory);
    } catch (error) {
      // The last moment of the process: the other directories matter more than this one.
      process.stderr.write(`socket-wrapper: cannot remove ${directory}: ${(error as Error).message}\n`);
    }
  }
}
