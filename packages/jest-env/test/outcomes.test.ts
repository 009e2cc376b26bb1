import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Project, Run } from '../../../test/support/fixture-project.js';
import { requirePrograms } from '../../../test/support/programs.js';
import { JESTS, makeProject } from './project.js';

describe.each(JESTS)('a run of %s with all outcomes', (jest) => {
  let project: Project;
  let run: Run;
  let captures: string[];

  beforeAll(async () => {
    project = await makeProject('outcomes', jest);
    run = await project.run();
    captures = await project.captures();
  }, 120_000);
  afterAll(() => project[Symbol.asyncDispose]());

  it.each([
    ['passes', 'passed'],
    ['fails', 'failed'],
    ['times out', 'failed'],
    ['fails with a plain error', 'failed'],
    ['throws a string', 'failed'],
    ['throws a frozen error', 'failed'],
    ['calls done', 'passed'],
    ['fails by calling done', 'failed'],
    ['with afterEach fails in it', 'failed'],
    ['with beforeEach fails in it', 'failed'],
    ['is flaky', 'passed'],
    ['is expected to fail', 'passed'],
    ['passes against expectation', 'failed'],
    ['is skipped', 'pending'],
    ['is to do', 'todo'],
    ['fails for one of each', 'failed'],
    ['fails for two of each', 'passed'],
    ['concurrently passes 1', 'passed'],
    ['concurrently had networks of their own', 'passed'],
    ['concurrently fails', 'failed'],
    ['fails without a network', 'failed'],
    ['where sockets must be closed fails for a server that it leaves open', 'failed'],
    ['where sockets must be closed passes when it closes all', 'passed'],
  ])('reports that "%s" has %s', (name, status) => {
    expect(run.tests[name]?.status, run.output).toBe(status);
  });

  it('leaves one capture for each attempt that failed on its network, and none for the others', () => {
    expect(captures).toEqual(
      [
        'outcomes.test.js-fails.pcapng',
        'outcomes.test.js-times-out.pcapng',
        'outcomes.test.js-fails-with-a-plain-error.pcapng',
        'outcomes.test.js-throws-a-string.pcapng',
        'outcomes.test.js-throws-a-frozen-error.pcapng',
        'outcomes.test.js-fails-by-calling-done.pcapng',
        'outcomes.test.js-with-afterEach-fails-in-it.pcapng',
        'outcomes.test.js-with-beforeEach-fails-in-it.pcapng',
        'outcomes.test.js-passes-against-expectation.pcapng',
        'outcomes.test.js-fails-for-one-of-each.pcapng',
        'outcomes.test.js-concurrently-fails.pcapng',
        'outcomes.test.js-where-sockets-must-be-closed-fails-for-a-server-that-it-leaves-open.pcapng',
        'retries.test.js-is-flaky.pcapng',
      ].sort(),
    );
  });

  it('leaves captures that tshark reads, with the conversation of that test alone', {
    timeout: 60_000,
  }, async (context) => {
    requirePrograms(['tshark'], context);
    for (const capture of captures) {
      const file = path.join(project.directory, 'test-results/socket-wrapper', capture);
      const { stdout } = await execa('tshark', [
        '-r',
        file,
        '-Y',
        'tcp',
        '-T',
        'fields',
        '-e',
        'tcp.stream',
        '-e',
        'ip.dst',
      ]);
      const streams = new Set(stdout.split('\n').map((line) => line.split('\t')[0]));
      expect([capture, ...streams]).toEqual([capture, '0']);
      expect(stdout).toContain('10.53.57.11');
    }
  });

  it.each([
    ['fails', 'fails'],
    ['times out', 'times-out'],
    ['throws a string', 'throws-a-string'],
    ['fails by calling done', 'fails-by-calling-done'],
    ['with afterEach fails in it', 'with-afterEach-fails-in-it'],
    ['with beforeEach fails in it', 'with-beforeEach-fails-in-it'],
    ['passes against expectation', 'passes-against-expectation'],
    ['concurrently fails', 'concurrently-fails'],
  ])('shows the capture of "%s" and its traffic in the error, and in the terminal', (name, file) => {
    const path = `test-results/socket-wrapper/outcomes.test.js-${file}.pcapng`;
    expect(run.tests[name]?.messages.join()).toContain(path);
    expect(run.tests[name]?.messages.join()).toMatch(/laptop[\s\S]*web/);
    expect(run.output).toContain(path);
  });

  it('says in the sidecar where the test is', async () => {
    const sidecar = path.join(project.directory, 'test-results/socket-wrapper/outcomes.test.js-fails.json');
    expect(JSON.parse(await readFile(sidecar, 'utf8'))).toMatchObject({ file: 'outcomes.test.js', line: 10 });
  });

  it('leaves the rest of the error to Jest', () => {
    expect(run.tests['times out']?.messages.join()).toContain('Exceeded timeout of 1500 ms for a test');
    expect(run.tests['throws a string']?.messages.join()).toContain('thrown: "a string');
  });

  it('leaves an error that cannot be changed as it is', () => {
    expect(run.tests['throws a frozen error']?.messages.join()).toMatch(/^Error: frozen\n/);
  });

  it('names the socket that a test must not leave open, and the capture', () => {
    const message = run.tests['where sockets must be closed fails for a server that it leaves open']?.messages.join();
    expect(message).toMatch(
      /has left a socket open, which its end has closed: a server on \[::\]:80, opened at .*outcomes/,
    );
    expect(message).toContain('leaves-open.pcapng');
  });

  it('hides its own frames', () => {
    expect(run.tests['with afterEach fails in it']?.messages.join()).toContain('wrap-tests.js');
    expect(run.output).not.toContain('wrap-tests');
  });

  it('leaves no directory and no process behind', async () => {
    expect(await project.leftovers()).toEqual([]);
  });
});
