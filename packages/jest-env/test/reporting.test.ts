import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { JESTS, makeProject } from './project.js';

const CAPTURES = 'test-results/socket-wrapper';

describe.each(JESTS)('reports of %s', { timeout: 60_000 }, (jest) => {
  it('end with a list of captures, and what opens them', async () => {
    await using project = await makeProject('reporter', jest);
    const { output } = await project.run(['-w', '2']);

    const list = output.slice(output.indexOf('Network captures'));
    expect(list).toContain('Network captures, for Wireshark or npx socket-wrapper show\n');
    expect(list).toMatch(/ one\.test\.js > one fails: \d+ packets, 1 conversation\n/);
    expect(list).toContain(`\n   ${CAPTURES}/one.test.js-one-fails.pcapng\n`);
    expect(list).toContain(`\n   ${CAPTURES}/two.test.js-two-fails.pcapng\n`);
    expect(list).not.toContain('one passes');
    expect(await project.captures()).toEqual(['one.test.js-one-fails.pcapng', 'two.test.js-two-fails.pcapng']);
  });

  it('have no list when there are no captures', async () => {
    await using project = await makeProject('reporter', jest);
    const { output } = await project.run(['-t', 'passes']);
    expect(output).not.toContain('Network captures');
  });

  it("name the capture in GitHub's annotations and summary", async () => {
    await using project = await makeProject('reporter', jest);
    const summaryFile = path.join(project.directory, 'summary.md');
    const reporters = ['--reporters=github-actions', '--reporters=jest-environment-socket-wrapper/reporter'];
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summaryFile };
    const { output } = await project.run(['one.test.js', ...reporters], { env });

    expect(output).toMatch(/::error file=[^,]*one\.test\.js,line=9,[^\n]*one-fails\.pcapng/);
    const summary = await readFile(summaryFile, 'utf8');
    expect(summary).toMatch(/\| one\.test\.js &gt; one fails \| \d+ packets, 1 conversation \|/);
  });

  it('name the capture in the JUnit report', async () => {
    await using project = await makeProject('reporter', jest);
    const { junit } = await project.run(['one.test.js', '--reporters=jest-junit']);
    expect(junit.split('<failure>')[1]).toContain(`${CAPTURES}/one.test.js-one-fails.pcapng`);
  });

  it('attach the capture to its test in the JUnit report, where they come behind the one that writes it', async () => {
    await using project = await makeProject('reporter', jest);
    const reporter = ['jest-environment-socket-wrapper/reporter', { junit: 'junit.xml' }];
    const configuration = { testEnvironment: 'socket-wrapper', reporters: ['jest-junit', reporter] };
    await writeFile(path.join(project.directory, 'junit.json'), JSON.stringify(configuration));
    const { junit } = await project.run(['one.test.js', '--config=junit.json']);
    const [, failed = ''] = junit.split('<failure>');
    expect(failed).toMatch(/<system-out>\[\[ATTACHMENT\|.*one\.test\.js-one-fails\.pcapng\]\]<\/system-out>/);
    expect(junit.match(/ATTACHMENT/g)).toHaveLength(1);

    configuration.reporters.reverse();
    await writeFile(path.join(project.directory, 'junit.json'), JSON.stringify(configuration));
    await rm(path.join(project.directory, 'junit.xml'));
    const { output } = await project.run(['one.test.js', '--config=junit.json']);
    expect(output).toContain('junit.xml: it does not exist. Name the file that jest-junit writes');
  });

  it('do not mix with captures of the last run, and leave other files alone', async () => {
    await using project = await makeProject('reporter', jest);
    await project.run(['one.test.js']);
    await writeFile(path.join(project.directory, CAPTURES, 'notes.json'), '{}');
    await project.run(['two.test.js']);

    expect((await readdir(path.join(project.directory, CAPTURES))).sort()).toEqual([
      'notes.json',
      'two.test.js-two-fails.json',
      'two.test.js-two-fails.pcapng',
    ]);
  });

  it('tell of what no library could read: errors of Node.js are of another realm than those of tests', async () => {
    await using project = await makeProject('datagrams', jest);
    const { output } = await project.run();
    expect(output).not.toContain('Cannot keep the capture');
    expect(output).toContain('4 bytes  "who?"');
    expect(output).toContain('3 bytes  ff 00 fe');
  });

  it("keep out of packed captures what the configuration redacts, in the tests' own process and in workers", async () => {
    await using project = await makeProject('redacted', jest);
    for (const workers of ['--runInBand', '--maxWorkers=2'].map((option) => [option])) {
      const { tests, output } = await project.run(workers);
      expect(await project.captures(), output).toEqual([
        'one.test.js-one-fails.pcapng.gz',
        'two.test.js-two-fails.pcapng.gz',
      ]);
      expect(output).toContain(`   ${CAPTURES}/one.test.js-one-fails.pcapng.gz`);
      const failure = tests['one fails']?.messages.join() ?? '';
      expect(failure).toContain(`${CAPTURES}/one.test.js-one-fails.pcapng.gz`);
      // Not at the end of what the message is, so the other expression does not match.
      expect(failure).toMatch(/Received: .*"xello"/);
      expect(failure).not.toContain('hello');
      for (const name of await project.captures()) {
        const capture = gunzipSync(await readFile(path.join(project.directory, CAPTURES, name))).toString('latin1');
        expect(capture).toContain('xelxx');
        expect(capture).not.toContain('hello');
      }
    }
  });

  it('name one capture for a suite that shares its network, in the error of the test that failed', async () => {
    await using project = await makeProject('suite', jest);
    const { tests, output } = await project.run();

    expect(await project.captures(), output).toEqual(['suite.test.js-one-server.pcapng']);
    expect(tests['one server fails']?.messages.join()).toContain('suite.test.js-one-server.pcapng');
    expect(tests['one server passes']?.status).toBe('passed');
    expect(await project.leftovers()).toEqual([]);
  });
});
