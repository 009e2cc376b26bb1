import { describe, expect, it } from 'vitest';
import { JESTS, makeProject } from './project.js';

describe.each(JESTS)('%s', { timeout: 90_000 }, (jest) => {
  it.each([
    ['in band', ['-i']],
    ['in two workers', ['-w', '2']],
    ['in two worker threads', ['-w', '2', '--workerThreads']],
  ])('gives each test its network, in every form, %s', async (_, args) => {
    await using project = await makeProject('shapes', jest);
    const { exitCode, output, tests } = await project.run(args);

    expect(exitCode, output).toBe(0);
    expect(Object.keys(tests)).toHaveLength(39);
    expect(await project.captures()).toEqual([
      'suite.test.js-a-suite-with-one-network-inside-with-options-has-its-own.pcapng',
    ]);
    expect(await project.leftovers()).toEqual([]);
  });

  it('keeps the connections of a package apart, by test', async () => {
    await using project = await makeProject('pools', jest);
    const { exitCode, output, tests } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(Object.keys(tests)).toHaveLength(15);
  });

  it('runs test files that are ECMAScript modules', async () => {
    await using project = await makeProject('esm', jest);
    const env = { NODE_OPTIONS: '--experimental-vm-modules' };
    const { exitCode, output } = await project.run([], { env });
    expect(exitCode, output).toBe(0);
  });

  it('stands on another environment, or says that it is missing', async () => {
    await using project = await makeProject('elsewhere', jest);
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
  });

  it('survives being told to bail out', async () => {
    await using project = await makeProject('reporter', jest);
    const { exitCode } = await project.run(['--bail']);
    expect(exitCode).toBe(1);
    expect(await project.leftovers()).toEqual([]);
  });
});
