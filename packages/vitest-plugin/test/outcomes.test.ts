import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Project, Run } from '../../../test/support/fixture-project.js';
import { requirePrograms } from '../../../test/support/programs.js';
import { makeProject } from './project.js';

let project: Project;
let run: Run;
let captures: string[];

beforeAll(async () => {
  project = await makeProject('outcomes');
  run = await project.run();
  captures = await project.captures();
}, 120_000);
afterAll(() => project[Symbol.asyncDispose]());

describe('a run with all outcomes', () => {
  it.each([
    ['passes', 'passed'],
    ['fails', 'failed'],
    ['times out', 'failed'],
    ['fails softly', 'failed'],
    ['lacks an assertion', 'failed'],
    ['with afterEach fails in it', 'failed'],
    ['with beforeEach fails in it', 'failed'],
    ['fails when finished', 'failed'],
    ['is flaky', 'passed'],
    ['is expected to fail', 'passed'],
    ['passes against expectation', 'failed'],
    ['skips itself', 'skipped'],
    ['is skipped', 'skipped'],
    ['is to do', 'todo'],
    ['fails in its second repeat', 'failed'],
    ['fails for one of each', 'failed'],
    ['fails for two of each', 'passed'],
    ['concurrently passes', 'passed'],
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
        'outcomes.test.ts-fails.pcapng',
        'outcomes.test.ts-times-out.pcapng',
        'outcomes.test.ts-fails-softly.pcapng',
        'outcomes.test.ts-lacks-an-assertion.pcapng',
        'outcomes.test.ts-with-afterEach-fails-in-it.pcapng',
        'outcomes.test.ts-with-beforeEach-fails-in-it.pcapng',
        'outcomes.test.ts-fails-when-finished.pcapng',
        'outcomes.test.ts-is-flaky.pcapng',
        'outcomes.test.ts-passes-against-expectation.pcapng',
        'outcomes.test.ts-fails-in-its-second-repeat-retry1.pcapng',
        'outcomes.test.ts-fails-for-one-of-each.pcapng',
        'outcomes.test.ts-concurrently-fails.pcapng',
        'outcomes.test.ts-where-sockets-must-be-closed-fails-for-a-server-that-it-leaves-open.pcapng',
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

  it.each(['fails', 'times out', 'with afterEach fails in it', 'concurrently fails'])(
    'shows the traffic of "%s" in its error',
    (name) => {
      expect(run.tests[name]?.messages.join()).toMatch(/laptop[\s\S]*web/);
    },
  );

  it('names the capture in the terminal', () => {
    expect(run.output).toContain('test-results/socket-wrapper/outcomes.test.ts-fails.pcapng');
  });

  it('names the socket that a test must not leave open, and the capture', () => {
    const message = run.tests['where sockets must be closed fails for a server that it leaves open']?.messages.join();
    expect(message).toMatch(
      /has left a socket open, which its end has closed: a server on \[::\]:80, opened at .*outcomes/,
    );
    expect(message).toContain('leaves-open.pcapng');
  });

  it('points at the failing line', () => {
    expect(run.output).toMatch(/outcomes\.test\.ts:14:\d+ network/);
  });

  it('names the capture in the JUnit report of that test alone', () => {
    expect(testcase(run.junit, 'fails')).toContain('test-results/socket-wrapper/outcomes.test.ts-fails.pcapng');
    expect(testcase(run.junit, 'passes')).not.toContain('pcapng');
  });

  it('adds no errors of its own', () => {
    expect(run.tests.fails?.messages).toHaveLength(1);
    expect(run.output).not.toMatch(/Unhandled|Cannot annotate|ENOENT/);
  });

  it('leaves no directory and no process behind', async () => {
    expect(await project.leftovers()).toEqual([]);
  });
});

function testcase(junit: string, name: string): string | undefined {
  return junit.split('<testcase').find((part) => part.includes(` name="${name}"`));
}
