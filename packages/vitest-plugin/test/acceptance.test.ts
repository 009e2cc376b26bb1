import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { requirePrograms } from '../../../test/support/programs.js';
import { makeProject } from './project.js';

describe('Vitest', () => {
  beforeEach((context) => requirePrograms(['nginx', 'redis-server'], context));

  it('runs 50 tests in parallel, each with nginx and redis on the same ports', { timeout: 240_000 }, async () => {
    await using project = await makeProject('fifty');
    const { exitCode, output, tests } = await project.run();

    expect(exitCode, output).toBe(0);
    expect(Object.values(tests).filter(({ status }) => status === 'passed')).toHaveLength(50);
    expect(await project.captures()).toEqual([]);
    expect(await project.leftovers()).toEqual([]);
  });

  it.each(['forks', 'threads'])(
    'leaves no process when it is killed in a test, with %s',
    { timeout: 60_000 },
    async (pool) => {
      await using project = await makeProject('killed');
      const vitest = project.start([`--pool=${pool}`]);
      await vi.waitFor(() => expect(existsSync(path.join(project.directory, 'ready'))).toBe(true), 30_000);
      expect((await project.processes()).join()).toMatch(/nginx.*redis|redis.*nginx/);

      vitest.kill('SIGKILL');
      await vitest;
      await vi.waitFor(async () => expect(await project.processes()).toEqual([]), { timeout: 2_000, interval: 50 });
    },
  );
});
