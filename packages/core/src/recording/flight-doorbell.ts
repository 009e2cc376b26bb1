/**
 * Asks the programs of a network to say when they have recorded something.
 *
 * A flight recorder is mapped memory, and stores into that wake nobody. While its header counts somebody who watches, the library
 * changes the times of the file with each event (utimensat(2)), which does.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { isFlightRecorder } from './flight-recorder.js';
import { RING } from './ring-layout.js';

/** Counts one more watcher, or with -1 one less, of the recorder in `path`. False when there is none yet. */
export function countWatchers(path: string, change: 1 | -1): boolean {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    if (!isFlightRecorder(file)) return false;
    const count = new DataView(new ArrayBuffer(4));
    readSync(file, count, 0, 4, RING.fields.watched);
    count.setUint32(0, Math.max(0, count.getUint32(0, true) + change), true);
    writeSync(file, count, 0, 4, RING.fields.watched);
    return true;
  } finally {
    closeSync(file);
  }
}
