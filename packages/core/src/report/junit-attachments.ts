/**
 * Names captures in the form that GitLab and Jenkins take from a JUnit report: `[[ATTACHMENT|path]]` on a line of its own in
 * the output of a test.
 */
import { relative } from 'node:path';
import { captureLine } from '../scope/note.js';

/** A test that is not empty, with its attributes and what happened in it. */
const TEST_CASE = /<testcase\b[^>]*(?<!\/)>[\s\S]*?<\/testcase>/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** `[[ATTACHMENT|path]]`: Jenkins wants the absolute path, GitLab one from the root of the checkout. */
export function attachmentLine(path: string): string {
  const { JENKINS_URL, CI_PROJECT_DIR = process.cwd() } = process.env;
  return `[[ATTACHMENT|${JENKINS_URL ? path : relative(CI_PROJECT_DIR, path)}]]`;
}

/**
 * The JUnit report `xml` with `captures` in the output of those tests whose failures name them, for a runner whose reporter
 * writes no output of tests. A report that has them is left as it is.
 */
export function withAttachments(xml: string, captures: readonly { readonly path: string }[]): string {
  return xml.replaceAll(TEST_CASE, (testCase) => {
    if (testCase.includes('[[ATTACHMENT|')) return testCase;
    const named = captures.filter(({ path }) => testCase.includes(`${escaped(captureLine(path))} (`));
    if (named.length === 0) return testCase;
    const lines = named.map(({ path }) => escaped(attachmentLine(path)));
    const [, body = '', indent = '', end = ''] = /^([\s\S]*?)(\s*)(<\/testcase>)$/.exec(testCase) ?? [];
    return `${body}${indent}  <system-out>${lines.join('\n')}</system-out>${indent}${end}`;
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
