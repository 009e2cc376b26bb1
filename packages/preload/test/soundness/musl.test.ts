/**
 * The library for musl, run on musl: the plain programs are compiled for it, and must print the same bare and redirected. What
 * musl's resolver answers is another matter: names of a network are answered as glibc answers them, on every machine.
 */
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { compilePlainPrograms, programNames, programPath } from '../native/support/compile.js';
import { expectKernelAnswers } from '../native/support/kernel-answers.js';
import { BUILD, NATIVE } from '../native/support/paths.js';
import { networkFor, runBare, runRedirected } from '../native/support/run.js';
import { describeProof } from './proof.js';
import { buildFor, builtFor } from './targets.js';

/** Programs that cannot run on musl, or show another thing there, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  connect_odd_ways: "musl's accept4(2) waits when the kernel has refused its flags",
  data_scatter: "musl's recvmsg(2) reads the message before the kernel could refuse it",
  life_bad_pointers: "musl's sendmsg(2) reads the message before the kernel could refuse it",
  life_cancel:
    'a long send(2) is one call of musl, which ends in the middle, and several of the library, of which the next is cancelled',
  life_close_range: 'musl has no close_range(2)',
  life_dup: "musl's dup3(2) takes any flags",
  life_least_stack: "musl's smallest stack, of 2 KiB, is too small for the program itself",
  life_no_descriptors: 'getaddrinfo(3) answers as on glibc, which finds localhost without a descriptor',
  life_passing: "musl's sendmsg(2) has room for 1,024 bytes of control messages",
  life_shell: "it starts the machine's own programs, which are of another libc",
};
const KERNEL_HEADERS = ['/usr/include', '/usr/include/x86_64-linux-gnu'];
const FLAGS = [...KERNEL_HEADERS.flatMap((folder) => ['-idirafter', folder]), '-D_GNU_SOURCE', '-O0'];
const FOLDER = join(BUILD, 'musl');

const names = (await programNames()).filter((name) => !(name in LEFT_OUT));
const isAboutNames = (name: string) => name.startsWith('names_');
const library = builtFor('linux-x64-musl', 'libsocket_wrapper.so');

await describeProof('on musl', { programs: ['cc', 'musl-gcc'], machines: ['x64'] }, () => {
  beforeAll(async () => {
    await buildFor('linux-x64-musl');
    await compilePlainPrograms(names, FOLDER, { compiler: 'musl-gcc', flags: FLAGS });
  }, 900_000);

  it.for(names.filter((name) => !isAboutNames(name)))(
    '%s gets the same answers from redirected sockets as from real ones',
    async (name) => {
      const program = join(FOLDER, name);
      const redirected = await runRedirected(program, networkFor(name), { library });
      expect(redirected.ending).toBe('');
      await expectKernelAnswers(redirected, () => runBare(program));
    },
  );

  it.for(names.filter(isAboutNames))('%s gets the answers of a network on glibc', async (name) => {
    const onGlibc = await runRedirected(programPath(name));
    const onMusl = await runRedirected(join(FOLDER, name), {}, { library });
    expect(onMusl.ending).toBe('');
    expect(onMusl.lines.map(asGlibcSpells)).toEqual(onGlibc.lines);
  });

  it('is compiled from the sources by gcc, where that is musl', async () => {
    const compiler = ['musl-gcc', ...KERNEL_HEADERS.flatMap((folder) => ['-idirafter', folder])].join(' ');
    const args = [join(NATIVE, 'build.mjs'), '--force', '--out', join(FOLDER, 'library')];
    const { stderr, stdout } = await execa(process.execPath, args, { env: { CC: compiler } });
    expect(stderr).toBe('');
    expect(stdout).toContain(`libsocket_wrapper.so with ${compiler}`);
  });

  it('is not loaded into programs of glibc', async () => {
    const { stderr } = await execa('true', { env: { LD_PRELOAD: library }, reject: false });
    expect(stderr).toMatch(/libc\.so: (cannot open|invalid ELF header)|cannot be preloaded/);
  });
});

/** musl's programs have numbers where glibc has names, and musl's inet_ntop(3) writes old IPv4-compatible addresses as any others. */
function asGlibcSpells(line: string): string {
  const nameOf = (number: string) => (number === '0' ? number : (getSystemErrorMap().get(-Number(number))?.[0] ?? '?'));
  return line.replace(/\berrno (\d+)/g, (_, number) => nameOf(number)).replace('[::102:304]', '[::1.2.3.4]');
}
