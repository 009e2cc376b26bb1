/** Tells people of captures: on the summary page of the job, and at the lines of the tests. */

/** @typedef {import('./captures.js').Capture} Capture */

/** GitHub cuts a step's summary off at one megabyte; the text of so many captures stays well below it. */
const TEXTS_ON_SUMMARY_PAGE = 20;

/**
 * The summary page: the artifact, and the traffic to unfold if `hasText`.
 *
 * @param {readonly Capture[]} captures
 * @param {{ name: string, id: string, hasText: boolean }} artifact
 */
export function summaryOf(captures, { name, id, hasText }) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = process.env;
  const link = `[${name}](${server}/${repository}/actions/runs/${run}/artifacts/${id})`;
  const texts = captures
    .slice(0, hasText ? TEXTS_ON_SUMMARY_PAGE : 0)
    .map(
      (capture) =>
        `<details><summary>${html(titleOf(capture))}</summary>\n\n<pre>\n${html(storyOf(capture))}\n</pre>\n</details>\n`,
    );
  return [`${countOf(captures)} to open in Wireshark: ${link}`, '', ...texts, ''].join('\n');
}

/**
 * `2 network captures`
 *
 * @param {readonly Capture[]} captures
 */
export function countOf({ length }) {
  return length === 1 ? '1 network capture' : `${length} network captures`;
}

/**
 * The properties and the text of a notice at the line of the test.
 *
 * @param {Capture} capture
 * @returns {[Record<string, string | number | undefined>, string]}
 */
export function annotationOf(capture) {
  const { file, line, summary, text } = capture;
  return [{ file, line, title: `Network capture of ${titleOf(capture)}` }, `${summary}\n\n${text}`];
}

/**
 * What went wrong, and the traffic that led to it.
 *
 * @param {Capture} capture
 */
function storyOf({ error = '', text }) {
  return [error, text].filter((part) => part !== '').join('\n\n');
}

/** @param {Capture} capture */
function titleOf({ file, fullName, attempt }) {
  const retry = attempt === 0 ? '' : ` (retry ${attempt})`;
  return [file, fullName].filter((name) => name !== '').join(' > ') + retry;
}

/** @param {string} text */
function html(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
