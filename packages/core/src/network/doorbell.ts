/**
 * Watches `.state` for the doorbell that the native library rings (`docs/network-directory.md`).
 */
import { watch } from 'node:fs';
import { NetworkError } from '../network-error.js';

/**
 * Calls `listener` after every ring, and after other changes of the file as well; gives back the function that ends it.
 *
 * Watch first and read second, and nothing is missed. The watch keeps the process running until it is ended.
 *
 * @throws {NetworkError} `WATCH_FAILED`
 */
export function watchDoorbell(path: string, listener: () => void): () => void {
  try {
    const watcher = watch(path, () => listener());
    // The file stays as long as its network; should the kernel give up on it, there is nothing left to hear.
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy = code === 'EMFILE' || code === 'ENOSPC' ? ' (raise fs.inotify.max_user_instances or _watches)' : '';
    throw new NetworkError('WATCH_FAILED', `Cannot watch ${path}: ${message}${remedy}`, { cause });
  }
}
