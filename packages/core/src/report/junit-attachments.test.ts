import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { artifactNote } from '../scope/note.js';
import { attachmentLine, withAttachments } from './junit-attachments.js';

const capture = (name: string) => ({ path: path.resolve('results', name) });
const noteOf = ({ path: file }: { path: string }) =>
  artifactNote({
    path: file,
    sidecarPath: '',
    outcome: 'failed',
    packets: 1,
    conversations: 1,
    summary: '1 packet, 1 conversation',
    text: '',
  });

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('attachmentLine', () => {
  it.each([
    ['GitLab, from the root of the checkout', { CI_PROJECT_DIR: '/builds/shop' }, 'api/results/a.pcapng'],
    ['Jenkins, as an absolute path', { JENKINS_URL: 'https://ci/' }, '/builds/shop/api/results/a.pcapng'],
  ])('is for %s', (_who, variables, file) => {
    for (const name of ['CI_PROJECT_DIR', 'JENKINS_URL']) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(attachmentLine('/builds/shop/api/results/a.pcapng')).toBe(`[[ATTACHMENT|${file}]]`);
  });
});

describe('withAttachments', () => {
  it('adds each capture to the tests that name it, and changes nothing else', () => {
    const [one, other] = [capture('one.pcapng'), capture('one.pcapng.gz')];
    const xml = (output: string) =>
      [
        '<testsuite name="a">',
        '    <testcase name="passes" time="0"/>',
        '    <testcase name="also passes">',
        '    </testcase>',
        '    <testcase name="fails">',
        `      <failure>Error: boom\n\n${noteOf(one)}</failure>${output}`,
        '    </testcase>',
        '</testsuite>',
      ].join('\n');
    vi.stubEnv('CI_PROJECT_DIR', undefined);
    vi.stubEnv('JENKINS_URL', undefined);
    const expected = xml('\n      <system-out>[[ATTACHMENT|results/one.pcapng]]</system-out>');
    expect(withAttachments(xml(''), [one, other])).toBe(expected);
    expect(withAttachments(expected, [one, other])).toBe(expected);
    expect(withAttachments(xml(''), [other])).toBe(xml(''));
  });

  it('finds paths that XML writes in another way', () => {
    const odd = capture(`it's <a> & "b".pcapng`);
    const escaped = noteOf(odd).replaceAll(
      /[&<>"']/g,
      (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }[character]};`,
    );
    const xml = `<testcase name="a"><failure>${escaped}</failure></testcase>`;
    expect(withAttachments(xml, [odd])).toMatch(
      /<system-out>\[\[ATTACHMENT\|.*it&apos;s &lt;a&gt; &amp; &quot;b&quot;\.pcapng\]\]<\/system-out><\/testcase>$/,
    );
  });
});
