import { lstatSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isPreloadable } from '../networks/environment.js';

/** The name of the link in a network directory. */
const LINK = 'preload.so';

/** A path that LD_PRELOAD can name: `library`, or a link to it in `directory` when its own path has a space or the like. */
export function preloadableLibrary(library: string, directory: string): string {
  if (isPreloadable(library)) return library;
  const link = join(directory, LINK);
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(library, link);
  return link;
}
