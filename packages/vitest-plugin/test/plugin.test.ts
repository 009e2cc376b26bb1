import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProject } from './project.js';

const CAPTURES = 'test-results/socket-wrapper';

describe('the plugin', { timeout: 60_000 }, () => {
  it.each([
    ['forks', 'isolated', []],
    ['forks', 'not isolated', ['--no-isolate', '--maxWorkers=1']],
    ['threads', 'not isolated', ['--no-isolate', '--maxWorkers=1']],
    ['vmThreads', 'isolated', []],
  ])('gives a network to the tests of every file: %s, %s', async (pool, _, args) => {
    await using project = await makeProject('plugin');
    const { output } = await project.run([`--pool=${pool}`, ...args]);

    expect(await project.captures(), output).toEqual([
      'flaky.test.ts-is-flaky.pcapng',
      'flaky.test.ts-with-options-of-its-own-keeps-the-capture-of-a-test-that-passes.pcapng',
      'one.test.ts-one-fails.pcapng',
      'two.test.ts-two-fails.pcapng',
    ]);
    expect(await project.leftovers()).toEqual([]);
    // Node.js warns of descriptors that a worker thread has not opened itself.
    expect(output).not.toContain('unmanaged');
  });

  it('tells the projects apart that a file runs in', async () => {
    await using project = await makeProject('plugin');
    const config = `import { defineConfig } from 'vitest/config';
      import socketWrapper from 'vitest-plugin-socket-wrapper';
      const projects = ['forks', 'threads'].map((pool) => ({ extends: true, test: { name: pool + ' pool', pool, include: ['one.test.ts'] } }));
      export default defineConfig({ plugins: [socketWrapper({ parent: process.env.NETWORKS })], test: { projects } });`;
    await writeFile(path.join(project.directory, 'vitest.config.ts'), config);
    const { output } = await project.run();

    expect(await project.captures(), output).toEqual([
      'one.test.ts-one-fails-forks-pool.pcapng',
      'one.test.ts-one-fails-threads-pool.pcapng',
    ]);
    expect(output).toMatch(/ \[forks pool\] one\.test\.ts > one fails: \d+ packets/);
    expect(output).toMatch(/ \[threads pool\] one\.test\.ts > one fails: \d+ packets/);
  });

  it('lists the captures at the end, and says what opens them', async () => {
    await using project = await makeProject('plugin');
    const { output } = await project.run();

    const list = output.slice(output.indexOf('Network captures'));
    expect(list).toContain('Network captures, for Wireshark or npx socket-wrapper show\n');
    expect(list).toMatch(/ one\.test\.ts > one fails: \d+ packets, 1 conversation\n/);
    expect(list).toContain(`\n   ${CAPTURES}/one.test.ts-one-fails.pcapng\n`);
    expect(list).toContain('flaky.test.ts > is flaky');
    expect(list).not.toContain('one passes');
  });

  it('says nothing when there is nothing to say', async () => {
    await using project = await makeProject('plugin');
    const { output } = await project.run(['-t', 'passes', 'one.test.ts']);
    expect(output).not.toContain('Network captures');
  });

  it('has GitHub show a notice on the failing line, and a summary', async () => {
    await using project = await makeProject('plugin');
    const summaryFile = path.join(project.directory, 'summary.md');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summaryFile };
    const { output } = await project.run(['--reporter=github-actions', 'one.test.ts'], { env });

    expect(output).toMatch(/::notice file=[^,]*one\.test\.ts,line=10,column=\d+,title=network::Network capture/);
    const summary = await readFile(summaryFile, 'utf8');
    expect(summary).toContain('### Network captures');
    expect(summary).toMatch(/\| one\.test\.ts &gt; one fails \| \d+ packets, 1 conversation \|/);
    expect(summary).toContain(`${CAPTURES}/one.test.ts-one-fails.pcapng`);
  });

  it.each([
    ['GitLab, from the checkout', { CI_PROJECT_DIR: '/' }, /\[\[ATTACHMENT\|tmp\/[^\]]*one-fails\.pcapng\]\]/],
    ['Jenkins, absolute', { JENKINS_URL: 'http://jenkins/' }, /\[\[ATTACHMENT\|\/tmp\/[^\]]*one-fails\.pcapng\]\]/],
  ])('names the capture in the JUnit report as an attachment for %s', async (_, env, attachment) => {
    await using project = await makeProject('plugin');
    const { junit, output } = await project.run(['one.test.ts'], { env });
    expect(junit).toMatch(attachment);
    expect(output).not.toContain('ATTACHMENT');
  });

  it('names the captures of several runs in their merged report, and leaves them where they are', async () => {
    await using project = await makeProject('plugin');
    await project.start(['--reporter=blob', 'one.test.ts']);
    const captures = await project.captures();
    const { junit, output } = await project.run(['--merge-reports']);

    expect(junit.match(/\[\[ATTACHMENT\|[^\]]*\]\]/g)).toEqual([
      expect.stringMatching(/^\[\[ATTACHMENT\|.*one\.test\.ts-one-fails\.pcapng\]\]$/),
    ]);
    expect(output).not.toContain('ATTACHMENT');
    expect(output).toMatch(/Network captures, [^\n]*\n\n one\.test\.ts > one fails: \d+ packets, 1 conversation/);
    expect(captures).toEqual(['one.test.ts-one-fails.pcapng']);
    expect(await project.captures()).toEqual(captures);
  });

  it('begins a run without the captures of the last one, and leaves other files alone', async () => {
    await using project = await makeProject('plugin');
    await project.run(['one.test.ts']);
    await writeFile(path.join(project.directory, CAPTURES, 'notes.json'), '{}');
    await project.run(['two.test.ts']);

    expect((await readdir(path.join(project.directory, CAPTURES))).sort()).toEqual([
      'notes.json',
      'two.test.ts-two-fails.json',
      'two.test.ts-two-fails.pcapng',
    ]);
  });

  it('makes the capture downloadable in the HTML report', async () => {
    await using project = await makeProject('plugin');
    await project.run(['--reporter=html', 'one.test.ts']);
    // Vitest 4 has `.vitest-attachments`, Vitest 5 `.vitest/attachments`.
    const files = await readdir(project.directory, { recursive: true });
    expect(files.filter((file) => /^\.vitest.attachments\/.*\.pcapng$/.test(file))).toHaveLength(1);
  });
});

describe('useNetwork({ scope: "suite" })', () => {
  it('leaves one capture for the suite, named on the test that failed', { timeout: 60_000 }, async () => {
    await using project = await makeProject('suite');
    const { junit, tests, output } = await project.run();

    expect(tests['one server fails']?.status, output).toBe('failed');
    expect(await project.captures()).toEqual(['suite.test.ts-one-server.pcapng']);
    const [, testcase] = junit.split('name="one server &gt; fails"');
    expect(testcase?.split('</testcase>')[0]).toContain('suite.test.ts-one-server.pcapng');
    const [message] = tests['one server fails']?.messages ?? [];
    expect(message).toContain('The traffic of its network so far:');
    expect(message).toMatch(/laptop.*web/);
    expect(message).toContain('hello');
    expect(await project.leftovers()).toEqual([]);
  });
});
