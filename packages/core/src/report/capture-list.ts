/** The captures of a run as a list for people: in the terminal, and on the summary page of a GitHub job. */

import path from 'node:path';
import type { KeptCapture } from '../artifact/kept-captures.js';

/** GitHub cuts a step's summary off at one megabyte; the text of so many captures stays well below it. */
const TEXTS_ON_SUMMARY_PAGE = 20;

/** Each capture with its file, below the commands that open one. */
export function terminalList(captures: readonly KeptCapture[]): string {
  const items = captures.flatMap((capture) => [
    ` ${titleOf(capture)}: ${capture.summary}`,
    `   ${shellWord(path.relative(process.cwd(), capture.path))}`,
  ]);
  return ['', ' Network captures, for Wireshark or npx socket-wrapper show', '', ...items, ''].join('\n');
}

/** The same for `$GITHUB_STEP_SUMMARY`, where nothing can be opened: with the traffic itself to unfold. */
export function summaryPage(captures: readonly KeptCapture[]): string {
  const rows = captures.map((capture) => {
    const file = path.relative(process.cwd(), capture.path);
    return `| ${markdownCell(titleOf(capture))} | ${capture.summary} | ${markdownCell(file)} |`;
  });
  const texts = captures.slice(0, TEXTS_ON_SUMMARY_PAGE).map((capture) => {
    const said = [capture.error, capture.text].filter((part) => part !== undefined && part !== '').join('\n\n');
    return `<details><summary>${html(titleOf(capture))}</summary>\n\n<pre>\n${html(said)}\n</pre>\n</details>\n`;
  });
  return [
    '### Network captures',
    '',
    '| test | traffic | file |',
    '| --- | --- | --- |',
    ...rows,
    '',
    ...texts,
    '',
  ].join('\n');
}

/** `[browser] web.test.ts > serves the front page (retry 1)`; a suite that is the whole file has no name of its own. */
function titleOf({ file, fullName, project, attempt }: KeptCapture): string {
  const where = project === undefined ? '' : `[${project}] `;
  const retry = attempt === 0 ? '' : ` (retry ${attempt})`;
  return where + [file, fullName].filter((name) => name !== '').join(' > ') + retry;
}

function shellWord(word: string): string {
  return /^[\p{L}\p{M}\p{N}._/-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function markdownCell(text: string): string {
  return html(text)
    .replaceAll(/[\\`*_[\]|]/g, '\\$&')
    .replaceAll('\n', ' ');
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
