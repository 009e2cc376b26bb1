import { execFileSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { assertPreloadable, findProgram, libcOf, type Platform } from '../src/executable/executable.js';
import { hostPlatform } from '../src/native-files/locate-library.js';
import { compile, makeFolder, requireProgram } from './support/programs.js';

const PATH = process.env.PATH;
const check = (program: string, { cwd = '/', path = PATH, platform = hostPlatform() } = {}) =>
  assertPreloadable(program, { cwd, path }, platform);

/** Writes an executable file. */
async function script(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

describe('findProgram', () => {
  it('takes the first of PATH that may be executed', async () => {
    await using folder = await makeFolder();
    const [first, second] = [join(folder.path, 'a'), join(folder.path, 'b')];
    await mkdir(join(first, 'tool'), { recursive: true });
    await mkdir(second);
    await script(join(second, 'tool'), '');
    const plain = join(folder.path, 'plain');
    await writeFile(plain, '');
    await mkdir(join(folder.path, 'c'));
    await copyFile(plain, join(folder.path, 'c', 'tool'));
    const path = [join(folder.path, 'missing'), join(folder.path, 'c'), first, second].join(':');
    expect(findProgram('tool', { cwd: '/', path })).toBe(join(second, 'tool'));
  });

  it('takes an empty element of PATH for the current directory', async () => {
    await using folder = await makeFolder();
    const tool = await script(join(folder.path, 'tool'), '');
    expect(findProgram('tool', { cwd: folder.path, path: '/nowhere:' })).toBe(tool);
  });

  it('resolves a name with a slash against the working directory, and not against PATH', async () => {
    await using folder = await makeFolder();
    await mkdir(join(folder.path, 'bin'));
    const tool = await script(join(folder.path, 'bin', 'tool'), '');
    expect(findProgram('bin/tool', { cwd: folder.path, path: '' })).toBe(tool);
    expect(() => findProgram('./tool', { cwd: '/', path: join(folder.path, 'bin') })).toThrow(
      'Cannot start "./tool": /tool does not exist',
    );
  });

  it('names PATH when a program is nowhere in it', () => {
    expect(() => findProgram('no-such-tool', { cwd: '/', path: '/bin:/sbin' })).toThrow(
      expect.objectContaining({
        name: 'PreloadError',
        code: 'PROGRAM_NOT_FOUND',
        file: 'no-such-tool',
        message: 'Cannot start "no-such-tool": it is in no directory of PATH (/bin:/sbin)',
      }),
    );
  });

  it('looks in /bin and /usr/bin without a PATH', () => {
    expect(findProgram('sh', { cwd: '/', path: undefined })).toBe('/bin/sh');
  });

  it('finds no program without a name', () => {
    expect(() => findProgram('', { cwd: '/', path: '/bin' })).toThrow(
      expect.objectContaining({ code: 'PROGRAM_NOT_FOUND' }),
    );
  });

  it.each([
    ['a file without execute permission', 'file', 'you have no permission to execute it'],
    ['a directory', '.', 'it is not a regular file'],
  ])('refuses %s', async (_name, name, reason) => {
    await using folder = await makeFolder();
    await writeFile(join(folder.path, 'file'), '');
    const file = join(folder.path, name);
    expect(() => findProgram(file.endsWith('file') ? file : `${file}/`, { cwd: '/', path: PATH })).toThrow(
      expect.objectContaining({ code: 'PROGRAM_NOT_EXECUTABLE', message: `Cannot start ${file}: ${reason}` }),
    );
  });
});

describe('assertPreloadable', () => {
  it('lets dynamic programs of this machine pass', () => {
    expect(check('sh')).toMatch(/\/sh$/);
    expect(check(process.execPath)).toBe(process.execPath);
  });

  it.each([
    ['static', ['-static']],
    ['static and position-independent', ['-static-pie']],
  ])('refuses a program that is %s', async (_name, flags) => {
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'fixed'), { flags });
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_STATIC',
        file,
        message:
          `Cannot run ${file} on a network: it is linked statically, so the dynamic linker cannot load the library ` +
          'into it. Build it dynamically',
      }),
    );
  });

  it('refuses a program of Go, dynamic or not', async ({ skip }) => {
    requireProgram('cc', { skip });
    await using folder = await makeFolder();
    const file = await compile('go-build-id', join(folder.path, 'gopher'));
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_GO',
        file,
        message:
          `Cannot run ${file} on a network: it is written in Go, whose net package makes its own system calls instead of ` +
          "libc's, with and without cgo",
      }),
    );
  });

  it('refuses a program of another libc', async ({ skip }) => {
    const { libc } = hostPlatform();
    const compiler = libc === 'glibc' ? 'musl-gcc' : 'glibc-gcc';
    requireProgram(compiler, { skip });
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'foreign'), { compiler });
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_OTHER_LIBC',
        message: expect.stringMatching(
          /its dynamic linker is \/lib\/ld-musl-.* \(musl\), the library is built for glibc$/,
        ),
      }),
    );
  });

  it('refuses a program of another machine', () => {
    const platform: Platform = { ...hostPlatform(), architecture: 'riscv64' };
    expect(() => check(process.execPath, { platform })).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_OTHER_ARCHITECTURE',
        message: `Cannot run ${process.execPath} on a network: it is a 64-bit ${process.arch} program, the library is 64-bit riscv64`,
      }),
    );
  });

  it('refuses a program that runs with the rights of another user', async () => {
    await using folder = await makeFolder();
    let file = '/bin/su';
    if (process.geteuid?.() === 0) {
      file = await compile('nothing', join(folder.path, 'privileged'));
      await chown(file, 65534, 0);
      await chmod(file, 0o4755);
    }
    expect(() => check(file)).toThrow(
      expect.objectContaining({ code: 'PROGRAM_SETUID', message: expect.stringContaining('(mode 4755)') }),
    );
  });

  it('lets a set-user-ID program of our own pass, for it changes nothing', async () => {
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'own'));
    await chmod(file, 0o4755);
    expect(check(file)).toBe(file);
  });

  it('refuses a program with file capabilities, but not to root, who has them all', async ({ skip }) => {
    requireProgram('setcap', { skip });
    if (process.getuid?.() !== 0) skip('only root may give capabilities to a file');
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'capable'));
    execFileSync('setcap', ['cap_net_raw+ep', file]);
    expect(check(file)).toBe(file);

    using _somebody = vi.spyOn(process, 'getuid').mockReturnValue(65534);
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_CAPABILITIES',
        file,
        message: `Cannot run ${file} on a network: it has file capabilities (getcap shows them), and the dynamic linker ignores LD_PRELOAD in such programs. Use a copy of it, which has none`,
      }),
    );
    const copy = join(folder.path, 'copy');
    await copyFile(file, copy);
    expect(check(copy)).toBe(copy);
  });

  it('refuses a program that asks for a dynamic linker that does not exist', async () => {
    await using folder = await makeFolder();
    const flags = ['-Wl,--dynamic-linker=/nowhere/ld-linux-x86-64.so.2'];
    const file = await compile('nothing', join(folder.path, 'lost'), { flags });
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'INTERPRETER_NOT_FOUND',
        message: `Cannot start ${file}: its dynamic linker /nowhere/ld-linux-x86-64.so.2 does not exist`,
      }),
    );
  });

  it('refuses a damaged program', async () => {
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'damaged'));
    await truncate(file, 100);
    expect(() => check(file)).toThrow(
      expect.objectContaining({ code: 'PROGRAM_DAMAGED', message: expect.stringContaining('the file holds 36 more') }),
    );
  });

  it('judges a script by its interpreter', async () => {
    await using folder = await makeFolder();
    const interpreter = await compile('nothing', join(folder.path, 'fixed'), { flags: ['-static'] });
    const good = await script(join(folder.path, 'good'), '#!/bin/sh\n');
    const bad = await script(join(folder.path, 'bad'), `#!${interpreter} -x\n`);
    expect(check(good)).toBe(good);
    expect(() => check(bad)).toThrow(
      `Cannot run ${bad} (interpreted by ${interpreter}) on a network: it is linked statically`,
    );
  });

  it('judges a script for env by the program that env finds', async () => {
    await using folder = await makeFolder();
    await compile('nothing', join(folder.path, 'fixed'), { flags: ['-static'] });
    const good = await script(join(folder.path, 'good'), '#!/usr/bin/env node\n');
    const bad = await script(join(folder.path, 'bad'), '#!/usr/bin/env fixed\n');
    const path = `${folder.path}:${PATH}`;
    expect(check(good, { path })).toBe(good);
    expect(() => check(bad, { path })).toThrow(expect.objectContaining({ code: 'PROGRAM_STATIC' }));
  });

  it('gives a script without a first line to the shell, as execvp does', async () => {
    await using folder = await makeFolder();
    const file = await script(join(folder.path, 'plain'), 'echo hello\n');
    expect(check(file)).toBe(file);
    expect(execFileSync('sh', ['-c', file], { encoding: 'utf8' })).toBe('hello\n');
  });

  it('follows symbolic links', async () => {
    await using folder = await makeFolder();
    const target = await compile('nothing', join(folder.path, 'fixed'), { flags: ['-static'] });
    const link = join(folder.path, 'link');
    await symlink(target, link);
    expect(() => check(link)).toThrow(expect.objectContaining({ code: 'PROGRAM_STATIC', file: link }));
  });

  it('names a missing interpreter of a script', async () => {
    await using folder = await makeFolder();
    const file = await script(join(folder.path, 'lost'), '#!/nowhere/tool\n');
    const other = await script(join(folder.path, 'other'), '#!/usr/bin/env no-such-tool\n');
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'INTERPRETER_NOT_FOUND',
        file,
        message: `Cannot start ${file}: its first line asks for /nowhere/tool, which does not exist`,
      }),
    );
    expect(() => check(other)).toThrow(
      `Cannot start ${other}: its first line asks for no-such-tool, which does not exist`,
    );
  });

  it('does not follow scripts that interpret one another for ever', async () => {
    await using folder = await makeFolder();
    const file = join(folder.path, 'loop');
    await script(file, `#!${file}\n`);
    expect(() => check(file)).toThrow(
      expect.objectContaining({
        code: 'PROGRAM_NOT_EXECUTABLE',
        message: `Cannot start ${file}: more than 5 scripts interpret one another`,
      }),
    );
  });
});

describe('libcOf', () => {
  it.each([
    ['/lib64/ld-linux-x86-64.so.2', 'glibc'],
    ['/lib/ld-linux-aarch64.so.1', 'glibc'],
    ['/lib/ld64.so.1', 'glibc'],
    ['/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2', 'glibc'],
    ['/lib/ld-musl-x86_64.so.1', 'musl'],
    ['/system/bin/linker64', undefined],
  ])('knows that %s is of %s', (interpreter, libc) => {
    expect(libcOf(interpreter)).toBe(libc);
  });
});
