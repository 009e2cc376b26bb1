import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libraryPath } from '../src/native-files/locate-library.js';
import { preloadableLibrary } from '../src/native-files/preload-link.js';
import { withPreload } from '../src/networks/environment.js';
import { makeFolder } from './support/programs.js';

describe('preloadableLibrary', () => {
  it('leaves a path that LD_PRELOAD can name as it is', async () => {
    await using folder = await makeFolder();
    expect(preloadableLibrary('/opt/lib.so', folder.path)).toBe('/opt/lib.so');
  });

  it('has a library loaded that is in a folder with a space in its name', async () => {
    await using folder = await makeFolder();
    const home = join(folder.path, 'my project');
    await mkdir(home);
    const library = join(home, 'libsocket_wrapper.so');
    await copyFile(libraryPath(), library);

    const link = preloadableLibrary(library, folder.path);
    expect(await readlink(link)).toBe(library);
    expect(preloadableLibrary(library, folder.path)).toBe(link);
    const env = withPreload({ PATH: process.env.PATH }, { SOCKET_WRAPPER_DIR: folder.path }, link);
    expect(execFileSync('sh', ['-c', 'cat /proc/$$/maps'], { env, encoding: 'utf8' })).toContain(library);
  });
});
