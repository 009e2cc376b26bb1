import { watch } from 'node:fs';
import { NetworkError } from '../network/network-error.js';

/**
 * Calls `listener` when something may have been recorded on the network in `directory`; gives back the function that
 * ends it. Watch first and read second, and nothing is missed.
 *
 * The whole directory is watched: the capture file comes with the first packet, socket files and `.state` tell of
 * connections as well.
 *
 * @throws {NetworkError} `WATCH_FAILED`
 */
export function watchRecording(directory: string, listener: () => void): () => void {
  try {
    const watcher = watch(directory, () => listener());
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy = code === 'EMFILE' || code === 'ENOSPC' ? ' (raise fs.inotify.max_user_instances or _watches)' : '';
    throw new NetworkError('WATCH_FAILED', `Cannot watch ${directory}: ${message}${remedy}`, { cause });
  }
}
