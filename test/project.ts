/** A folder as a user would have it, to try in it what the documentation shows. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Packages of this workspace and what it has installed: the name, and the folder. */
export type Packages = Readonly<Record<string, string>>;

/** A folder of its own with the packages that it names, which are linked to those of this workspace. */
export async function makeProject(files: Readonly<Record<string, string>>, packages: Packages) {
  const folder = await mkdtemp(join(tmpdir(), 'docs-test-'));
  for (const [name, target] of Object.entries(packages)) {
    const place = join(folder, 'node_modules', name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(ROOT, target), place);
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  /** Runs a program in the folder, and gives what it wrote and how it ended. */
  const run = (file: string, ...args: string[]) =>
    execa(file, args, { cwd: folder, all: true, reject: false, env: { NO_COLOR: '1' }, stdin: 'ignore' });
  return {
    folder,
    run,
    node: (...args: string[]) => run(process.execPath, ...args),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
