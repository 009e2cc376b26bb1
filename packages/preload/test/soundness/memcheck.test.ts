/**
 * Every plain program under valgrind's memcheck: the library touches no memory that is not its own, loses none, and leaves
 * no descriptor open that the program itself would not have left open on the kernel's sockets.
 */
import { describe, expect, it } from 'vitest';
import { programNames, programPath } from '../native/support/compile.js';
import { hasNamespaces, runBare } from '../native/support/run.js';
import { requireProgram } from '../support/programs.js';
import { memcheckRedirected, trackBare } from './memcheck.js';

/** It gives up the system calls that valgrind itself needs. */
const OUT_OF_REACH = ['life_seccomp'];
const canCompare = await hasNamespaces();
const names = (await programNames()).filter((name) => !OUT_OF_REACH.includes(name));

describe.skipIf(!canCompare)('memcheck', { concurrent: true, timeout: 300_000 }, () => {
  it.for(names)('finds nothing wrong with the library under %s', async (name, context) => {
    requireProgram('valgrind', context);
    const redirected = await memcheckRedirected(programPath(name));
    expect(redirected.complaints).toEqual([]);
    expect(redirected.lines).toEqual((await runBare(programPath(name))).lines);

    // The file of the capture, and nothing else.
    for (const own of redirected.ownAtExit) expect(own).toMatch(/^\d*$/);
    if (redirected.openAtExit.some((descriptors) => descriptors !== '')) {
      expect(redirected.openAtExit).toEqual((await trackBare(programPath(name))).openAtExit);
    }
  });
});
