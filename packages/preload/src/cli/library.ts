import { libraryPath } from '../native-files/locate-library.js';
import { readOptions } from './options.js';

/** `socket-wrapper library` prints what belongs into LD_PRELOAD. */
export function library(args: readonly string[]): number {
  readOptions('library', { args: [...args], options: {} });
  process.stdout.write(`${libraryPath()}\n`);
  return 0;
}
