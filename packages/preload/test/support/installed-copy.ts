/**
 * The packages as they lie in the `node_modules` of somebody else's project.
 */
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));

/** Copies core and preload to `folder`, with the native files unless told otherwise; gives the folder of preload. */
export async function installedCopy(folder: string, { native = true } = {}): Promise<string> {
  const modules = join(folder, 'node_modules');
  for (const name of ['core', 'preload']) {
    await mkdir(join(modules, '@socket-wrapper', name), { recursive: true });
    for (const part of ['dist', 'package.json']) {
      await cp(join(PACKAGES, name, part), join(modules, '@socket-wrapper', name, part), {
        recursive: true,
        filter: (source) => native || source !== join(PACKAGES, name, 'dist/native'),
      });
    }
    const { dependencies } = JSON.parse(await readFile(join(PACKAGES, name, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(dependencies)) {
      const installed = join(PACKAGES, name, 'node_modules', dependency);
      if (!dependency.startsWith('@socket-wrapper/')) await symlink(installed, join(modules, dependency));
    }
  }
  return join(modules, '@socket-wrapper/preload');
}
