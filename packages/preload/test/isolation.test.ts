/** Programs that the library cannot be loaded into, started by programs that it is in. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetwork, libraryPath, type RunOptions } from '../src/index.js';
import { compile, makeFolder } from './support/programs.js';
import { inScope } from './support/scopes.js';

const run = promisify(execFile);

const REFUSED = ['IPv4 TCP EACCES', 'IPv4 UDP EACCES', 'IPv6 TCP EACCES', 'IPv6 UDP EACCES', 'Unix made', 'ring EPERM'];
const REDIRECTED = ['IPv4 TCP made', 'IPv4 UDP made', 'IPv6 TCP made', 'IPv6 UDP made', 'Unix made'];

let folder: Awaited<ReturnType<typeof makeFolder>>;
let starter: string;
let dynamic: string;
let fixed: string;
beforeAll(async () => {
  folder = await makeFolder();
  const at = (name: string) => join(folder.path, name);
  starter = await compile('starter', at('starter'));
  dynamic = await compile('sockets', at('dynamic'));
  fixed = await compile('sockets', at('fixed'), { flags: ['-static'] });
});
afterAll(() => folder[Symbol.asyncDispose]());

/** What `sockets` prints when the starter starts it so, line by line. */
async function started(way: string, program: string, options?: RunOptions, ...rest: readonly string[]) {
  await using network = createNetwork();
  const { stdout, stderr } = await network.host('box').run(starter, [way, program, ...rest], options);
  expect(stderr).toBe('');
  return stdout.split('\n');
}

describe('a static program', () => {
  it.each([
    ...['execve', 'execv', 'execvp', 'execvpe', 'execl', 'execlp', 'execle', 'fexecve', 'execveat'],
    ...['SYS_execve', 'SYS_execveat', 'vfork', 'posix_spawn', 'posix_spawnp', 'system', 'popen'],
  ])('that %s starts gets no IP sockets', async (way) => {
    expect(await started(way, fixed)).toEqual(REFUSED);
    expect(await started(way, dynamic)).toEqual(expect.arrayContaining(REDIRECTED));
  });

  it.each(['execvp', 'execlp', 'posix_spawnp'])('that %s finds in PATH gets no IP sockets', async (way) => {
    const other = join(folder.path, `other-${way}`);
    await mkdir(other);
    await writeFile(join(other, 'fixed'), 'may not be executed');
    const env = { PATH: `/no/such:${other}:${folder.path}:${process.env.PATH}` };
    expect(await started(way, 'fixed', { env })).toEqual(REFUSED);
  });

  it('is no way out for the dynamic programs that it starts, which are on the network', async () => {
    expect(await started('execve', fixed, {}, 'then', dynamic)).toEqual([
      ...REFUSED,
      ...REDIRECTED,
      expect.stringMatching(/^ring/),
    ]);
    expect(await started('posix_spawn', dynamic, {}, 'then', fixed, 'then', fixed)).toEqual([
      ...REDIRECTED,
      expect.stringMatching(/^ring/),
      ...REFUSED,
      ...REFUSED,
    ]);
  });

  it.each(['execve', 'posix_spawn'])('is found behind the #! line of a script that %s starts', async (way) => {
    const script = join(folder.path, `script-${way}`);
    await writeFile(script, `#! ${fixed}\n`);
    await chmod(script, 0o755);
    expect(await started(way, script)).toEqual(REFUSED);
  });

  it('is started by the shell, and says why at the level of warnings', async () => {
    await using network = createNetwork();
    const env = { SOCKET_WRAPPER_DEBUGLEVEL: 'warn' };
    const { stdout, stderr } = await network.host('box').run('sh', ['-c', `${fixed}; :`], { env });
    expect(stdout.split('\n')).toEqual(REFUSED);
    expect(stderr).toMatch(
      /^SWRAP_WARN\[sh \(\d+\)\] - '.*\/fixed' is linked statically: it gets no IP sockets \(EACCES\)$/,
    );
  });

  it('has the real network where the caller is on none', async () => {
    const { stdout } = await run(starter, ['execve', fixed], { env: { LD_PRELOAD: libraryPath() } });
    expect(stdout).toContain('IPv4 TCP made');
  });
});

describe('a program that the test starts by itself', () => {
  it('gets no IP sockets when it is static, and is on no network outside of a scope', async () => {
    await inScope(async () => {
      const { stdout } = await run(fixed);
      expect(stdout.trimEnd().split('\n')).toEqual(REFUSED);
    });
    expect((await run(fixed)).stdout).toContain('IPv4 TCP made');
  });
});

describe('a program of another kind', () => {
  it('gets no IP sockets when Go has made it, which does not ask libc for them', async () => {
    const note = await compile('go-build-id', join(folder.path, 'note.o'), { flags: ['-c', '-Dmain=unused'] });
    const go = await compile('sockets', join(folder.path, 'go'), { flags: [note, '-DWITHOUT_LIBC'] });
    expect(await started('posix_spawn', go)).toEqual(REFUSED);
  });

  it.runIf(process.arch === 'x64')('gets no IP sockets when it has 32 bits', async () => {
    const flags = ['-m32', '-nostdlib', '-static', '-fno-pie', '-no-pie', '-fno-stack-protector', '-O1'];
    const small = await compile('sockets-32', join(folder.path, 'small'), { flags });
    await using network = createNetwork();
    const UNIX_ALONE = 4;
    const exit = expect.objectContaining({ exitCode: UNIX_ALONE });
    expect(await network.host('box').run(starter, ['execve', small], { reject: false })).toEqual(exit);
  });

  it('goes as ever when it is the dynamic linker, which obeys LD_PRELOAD', async () => {
    const { stdout } = await run('readelf', ['-p', '.interp', dynamic]);
    const [linker] = /\/\S+/.exec(stdout) ?? [''];
    expect(await started('execv', linker, {}, dynamic)).toEqual(expect.arrayContaining(REDIRECTED));
  });
});
