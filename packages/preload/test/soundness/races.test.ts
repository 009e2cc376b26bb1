/**
 * Programs of many threads under ThreadSanitizer, and the library with them: nothing that two threads of a program touch at once is touched
 * unordered, whether they are recorded or not.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { compilePlainPrograms, programNames, programPath } from '../native/support/compile.js';
import { expectKernelAnswers } from '../native/support/kernel-answers.js';
import { compileLibrary, THREAD } from '../native/support/modules.js';
import { BUILD, PROGRAMS } from '../native/support/paths.js';
import { networkFor, runBare, runRedirected } from '../native/support/run.js';
import { describeProof } from './proof.js';

/** Programs with threads whose own races are what they are about, or that need more time than this. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  data_big_transfer: 'it computes with every byte of what it sends, which takes minutes',
  data_shutdown_wakes: 'it closes a descriptor that another thread reads from',
  life_least_stack: 'its threads have less stack than ThreadSanitizer needs',
  life_signals: 'its signal handlers count, and ThreadSanitizer holds signals back',
};
const FOLDER = join(BUILD, THREAD.name, 'programs');

const names: string[] = [];
for (const name of await programNames()) {
  const source = await readFile(join(PROGRAMS, `${name}.c`), 'utf8');
  if (source.includes('pthread_create') && !(name in LEFT_OUT)) names.push(name);
}

await describeProof('ThreadSanitizer', { programs: ['cc', 'setarch'] }, () => {
  let library = '';
  beforeAll(async () => {
    // The sanitizer itself comes first: it takes the program's calls and hands them on.
    const { stdout: sanitizer } = await execa('cc', ['-print-file-name=libtsan.so']);
    library = `${sanitizer}:${await compileLibrary(THREAD)}`;
    await compilePlainPrograms(names, FOLDER, { flags: THREAD.flags });
  }, 900_000);

  const runs = names.flatMap((name) => [
    { name, what: 'redirection' },
    { name, what: 'a capture into a file', capture: 'file' as const },
    { name, what: 'the recorder', capture: 'recorder' as const },
  ]);
  it.for(runs)('finds no race in $what under $name', async ({ name, capture }) => {
    // It knows fixed places in memory only, so addresses must not be random.
    const command = ['setarch', '-R', join(FOLDER, name)];
    const options = { ...networkFor(name), TSAN_OPTIONS: 'die_after_fork=0' };
    const redirected = await runRedirected(command, options, { library, capture });
    expect(redirected.ending).toBe('');
    await expectKernelAnswers(redirected.lines, async () => (await runBare(programPath(name))).lines);
  });
});
