import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KeptCapture } from '../artifact/kept-captures.js';
import { summaryPage, terminalList } from './capture-list.js';

function capture(changes: Partial<KeptCapture> = {}): KeptCapture {
  return {
    version: 1,
    run: '1',
    file: 'web.test.ts',
    fullName: 'serves the front page',
    attempt: 0,
    outcome: 'failed',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    capture: 'web.pcapng',
    path: path.resolve('results/web.pcapng'),
    sidecarPath: path.resolve('results/web.json'),
    packets: 12,
    conversations: 2,
    summary: '12 packets, 2 conversations',
    text: 'laptop ──▶ web',
    hosts: [],
    sockets: [],
    ...changes,
  };
}

describe('terminalList', () => {
  it('has two lines for each capture, and says once what opens them', () => {
    expect(terminalList([capture(), capture({ attempt: 1, path: path.resolve('results/web-retry1.pcapng') })])).toBe(
      [
        '',
        ' Network captures, for Wireshark or npx socket-wrapper show',
        '',
        ' web.test.ts > serves the front page: 12 packets, 2 conversations',
        '   results/web.pcapng',
        ' web.test.ts > serves the front page (retry 1): 12 packets, 2 conversations',
        '   results/web-retry1.pcapng',
        '',
      ].join('\n'),
    );
  });

  it('tells a retry from the first attempt', () => {
    expect(terminalList([capture({ attempt: 2 })])).toContain('serves the front page (retry 2): ');
  });

  it('names a suite that is the whole file by the file alone', () => {
    expect(terminalList([capture({ fullName: '' })])).toContain(' web.test.ts: 12 packets');
  });

  it("quotes a path that is more than one word for a shell, or it's a trap", () => {
    const list = terminalList([capture({ path: path.resolve("it's $HOME.pcapng") })]);
    expect(list).toContain(`   'it'\\''s $HOME.pcapng'`);
  });
});

describe('summaryPage', () => {
  it('is a table with the traffic to unfold', () => {
    expect(summaryPage([capture()])).toBe(
      [
        '### Network captures',
        '',
        '| test | traffic | file |',
        '| --- | --- | --- |',
        '| web.test.ts &gt; serves the front page | 12 packets, 2 conversations | results/web.pcapng |',
        '',
        '<details><summary>web.test.ts &gt; serves the front page</summary>',
        '',
        '<pre>',
        'laptop ──▶ web',
        '</pre>',
        '</details>',
        '',
        '',
      ].join('\n'),
    );
  });

  it('has the error above the traffic', () => {
    const page = summaryPage([capture({ error: 'expected 1 to be 2' })]);
    expect(page).toContain('<pre>\nexpected 1 to be 2\n\nlaptop ──▶ web\n</pre>');
    expect(summaryPage([capture({ error: 'boom', text: '' })])).toContain('<pre>\nboom\n</pre>');
  });

  it('keeps names and traffic from being read as markup', () => {
    const page = summaryPage([capture({ fullName: 'a|b <script> *c*', text: '</pre><script>&' })]);
    expect(page).toContain('| web.test.ts &gt; a\\|b &lt;script&gt; \\*c\\* |');
    expect(page).toContain('&lt;/pre&gt;&lt;script&gt;&amp;');
  });

  it('leaves out the traffic of all but the first 20, for GitHub cuts long summaries off', () => {
    const page = summaryPage(Array.from({ length: 30 }, (_, index) => capture({ fullName: `test ${index}` })));
    expect(page.match(/<details>/g)).toHaveLength(20);
    expect(page).toContain('test 29');
  });
});
