/** The code blocks of a Markdown file. */

import { readFileSync } from 'node:fs';

/** What stands between two lines of three backquotes. */
export interface CodeBlock {
  /** What follows the first backquotes: `ts`, `sh`, or nothing. */
  readonly language: string;
  readonly code: string;
}

/** All code blocks of `file`, from top to bottom. */
export function codeBlocks(file: URL): CodeBlock[] {
  const blocks = readFileSync(file, 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].map(([, language = '', code = '']) => ({ language, code }));
}
