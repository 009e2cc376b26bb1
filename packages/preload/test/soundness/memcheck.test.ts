/**
 * Every plain program under valgrind's memcheck: the library touches no memory that is not its own, loses none, and leaves
 * no descriptor open that the program itself would not have left open on the kernel's sockets.
 */
import { expect, it } from 'vitest';
import { programNames, programPath } from '../native/support/compile.js';
import { expectKernelAnswers } from '../native/support/kernel-answers.js';
import { runBare } from '../native/support/run.js';
import { memcheckRedirected, trackBare } from './memcheck.js';
import { describeProof } from './proof.js';

/**
 * One gives up the system calls that valgrind itself needs; for the other the library uses a clone(2) that valgrind does not know; the next three do
 * what valgrind is there to complain of, one takes all descriptors, valgrind's too, and the last makes a connection of its standard error, to which
 * valgrind writes.
 */
const OUT_OF_REACH = [
  'life_seccomp',
  'life_chroot',
  'life_bad_pointers',
  'data_bad_memory',
  'state_random_option',
  'life_no_descriptors',
  'data_stdio_standard',
];
/** For one, socket(2) is refused, by a value that it gives to a variable of the library; the other forks while its threads open and close. */
const OTHER_DESCRIPTORS = ['life_inetd_messages', 'life_threads'];
const names = (await programNames()).filter((name) => !OUT_OF_REACH.includes(name));

await describeProof('memcheck', { programs: ['valgrind'] }, () => {
  it.for(names)('finds nothing wrong with the library under %s', async (name) => {
    const redirected = await memcheckRedirected(programPath(name));
    expect(redirected.complaints.join('\n\n')).toBe('');
    await expectKernelAnswers(redirected.lines, async () => (await runBare(programPath(name))).lines);

    if (OTHER_DESCRIPTORS.includes(name)) return;
    if (redirected.openAtExit.length > 0) {
      expect(redirected.openAtExit).toEqual((await trackBare(programPath(name))).openAtExit);
    }
  });
});
