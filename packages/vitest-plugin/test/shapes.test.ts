import { describe, expect, it } from 'vitest';
import { makeProject } from './project.js';

const POOLS = ['forks', 'threads', 'vmForks', 'vmThreads'];

const ONE_WORKER = ['--no-isolate', '--maxWorkers=1'];

describe('each test has its network, in every form', { timeout: 60_000 }, () => {
  it.each([
    ...POOLS.map((pool) => ({ pool, isolation: 'isolated', args: [] })),
    { pool: 'forks', isolation: 'not isolated', args: ONE_WORKER },
    { pool: 'threads', isolation: 'not isolated', args: ONE_WORKER },
  ])('in $pool, $isolation', async ({ pool, args }) => {
    await using project = await makeProject('shapes');
    const { exitCode, output, tests } = await project.run([`--pool=${pool}`, ...args]);

    expect(exitCode, output).toBe(0);
    expect(Object.keys(tests)).toHaveLength(40);
    expect(await project.leftovers()).toEqual([]);
    // Attempts that failed, of tests that pass in the end.
    expect(await project.captures()).toEqual([
      'fixture.test.ts-a-retry-has-a-fresh-one.pcapng',
      'hook.test.ts-attempts-a-retry-has-a-fresh-network-retry1.pcapng',
      'hook.test.ts-attempts-a-retry-has-a-fresh-network.pcapng',
    ]);
  });
});

describe('useNetwork', () => {
  it('says what to do where there cannot be a network', { timeout: 60_000 }, async () => {
    await using project = await makeProject('misuse');
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
  });
});
