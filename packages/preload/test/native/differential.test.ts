/**
 * The kernel is the specification: every program prints what its socket calls returned, once on the kernel's loopback and
 * then redirected. Both must be the same.
 */
import { describe, expect, it } from 'vitest';
import { fortifiedPath, programNames, programPath } from './support/compile.js';
import { type Answers, hasNamespaces, runBare, runRedirected } from './support/run.js';

const canCompare = await hasNamespaces();
const bareAnswers = new Map<string, Promise<Answers>>();

/** The kernel is asked once; a test that is retried, or runs beside another, sees the same answers. */
function bare(name: string): Promise<Answers> {
  const answers = bareAnswers.get(name) ?? runBare(programPath(name));
  bareAnswers.set(name, answers);
  return answers;
}

describe.skipIf(!canCompare).concurrent.each(await programNames())('%s', { timeout: 120_000 }, (name) => {
  const fortified = fortifiedPath(name);

  it('gets the same answers from redirected sockets as from real ones', async () => {
    const expected = await bare(name);
    expect(expected.ending).toBe('');
    expect(await runRedirected(programPath(name))).toEqual(expected);
  });

  it('gets the same answers on a host of 10.53.57.0 that is recorded', async () => {
    const environment = {
      SOCKET_WRAPPER_IPV4_NETWORK: '10.53.57.0',
      SOCKET_WRAPPER_DEFAULT_IFACE: '11',
    };
    expect(await runRedirected(programPath(name), environment, { capture: true })).toEqual(await bare(name));
  });

  if (fortified === undefined) return;
  it('gets the same answers when it is compiled with fortified calls', async () => {
    expect(await runRedirected(fortified)).toEqual(await bare(name));
  });
});
