/**
 * Files of this package that are loaded by their path.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Modules run from `src` under a test runner, from `dist`, and from the bundle in `dist/bundled`. */
const ROOT = rootOf(fileURLToPath(import.meta.url));

/** The path of `file`, as seen from the folder of the package. */
export function packageFile(file: string): string {
  return join(ROOT, file);
}

function rootOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`There is no package.json in a folder above ${file}`);
  }
}
