/**
 * The kernel is the specification: every program prints what its socket calls returned, once on the kernel's loopback and
 * then redirected. Both must be the same.
 */
import { describe, expect, it } from 'vitest';
import { fortifiedPath, programNames, programPath } from './support/compile.js';
import { expectKernelAnswers } from './support/kernel-answers.js';
import { type Answers, hasNamespaces, networkFor, ON_10_53_57, runBare, runRedirected } from './support/run.js';

const canCompare = await hasNamespaces();
const bareRuns = new Map<string, Promise<Answers>>();

/** The kernel's answers. Each run happens once, whichever tests want it. */
function bare(name: string, run = 0): Promise<Answers> {
  const key = `${name} ${run}`;
  const answers = bareRuns.get(key) ?? runBare(programPath(name));
  bareRuns.set(key, answers);
  return answers;
}

describe.skipIf(!canCompare).concurrent.each(await programNames())('%s', { timeout: 120_000 }, (name) => {
  const fortified = fortifiedPath(name);
  const ask = (run: number) => bare(name, run);

  it('gets the same answers from redirected sockets as from real ones', async () => {
    expect((await bare(name)).ending).toBe('');
    await expectKernelAnswers(await runRedirected(programPath(name), networkFor(name)), ask);
  });

  it.each(['file', 'recorder'] as const)(
    'gets the same answers on a host of 10.53.57.0 that is recorded: %s',
    async (capture) => {
      await expectKernelAnswers(await runRedirected(programPath(name), ON_10_53_57, { capture }), ask);
    },
  );

  if (fortified === undefined) return;
  it('gets the same answers when it is compiled with fortified calls', async () => {
    await expectKernelAnswers(await runRedirected(fortified, networkFor(name)), ask);
  });
});
