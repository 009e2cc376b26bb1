import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { requirePrograms } from '../../../test/support/programs.js';
import { JESTS, makeProject } from './project.js';

describe.each(JESTS)('%s', (jest) => {
  beforeEach((context) => requirePrograms(['nginx', 'redis-server'], context));

  it('runs 50 tests in parallel, each with nginx and redis on the same ports', { timeout: 240_000 }, async () => {
    await using project = await makeProject('fifty', jest);
    const { exitCode, output, tests } = await project.run();

    expect(exitCode, output).toBe(0);
    expect(Object.values(tests).filter(({ status }) => status === 'passed')).toHaveLength(50);
    expect(await project.captures()).toEqual([]);
    expect(await project.leftovers()).toEqual([]);
  });

  it.each([
    ['in band', ['-i']],
    ['in workers', ['-w', '2']],
  ])('leaves no process when it is killed in a test, %s', { timeout: 180_000 }, async (_, args) => {
    await using project = await makeProject('killed', jest);
    const running = project.start(args);
    // On a busy machine, Jest and its workers take most of a minute to start.
    await vi.waitFor(() => expect(existsSync(path.join(project.directory, 'ready'))).toBe(true), 120_000);
    expect((await project.processes()).join()).toMatch(/nginx.*redis|redis.*nginx/);

    running.kill('SIGKILL');
    await running;
    await vi.waitFor(async () => expect(await project.processes()).toEqual([]), { timeout: 2_000, interval: 50 });
  });
});
