import { watch } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from '../network-error.js';
import { countWatchers } from './flight-doorbell.js';
import { RECORDER_FILE } from './ring-layout.js';

/**
 * Calls `listener` when something may have been recorded on the network in `directory`; gives back the function that
 * ends it. Watch first and read second, and nothing is missed.
 *
 * The whole directory is watched: the flight recorder comes with the first packet, and then it is asked to tell of each.
 *
 * @throws {NetworkError} `WATCH_FAILED`
 */
export function watchRecording(directory: string, listener: () => void): () => void {
  try {
    const recorder = join(directory, RECORDER_FILE);
    const watcher = watch(directory, () => {
      isCounted ||= countWatchers(recorder, 1);
      listener();
    });
    let isCounted = countWatchers(recorder, 1);
    watcher.on('error', () => watcher.close());
    return () => {
      watcher.close();
      if (isCounted) countWatchers(recorder, -1);
      isCounted = false;
    };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy = code === 'EMFILE' || code === 'ENOSPC' ? ' (raise fs.inotify.max_user_instances or _watches)' : '';
    throw new NetworkError('WATCH_FAILED', `Cannot watch ${directory}: ${message}${remedy}`, { cause });
  }
}
