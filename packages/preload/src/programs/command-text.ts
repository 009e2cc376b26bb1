/** `file` and `args` as one would type them into a shell, for messages. */
export function commandText(file: string, args: readonly string[]): string {
  return [file, ...args].map(quoted).join(' ');
}

/** The end of what a program wrote, ready to follow a message. Empty when it wrote nothing. */
export function lastLines(output: string, heading: string): string {
  const lines = output
    .trimEnd()
    .split('\n')
    .filter((line) => !FRAME_OF_NODE.test(line));
  if (lines.length === 1 && lines[0] === '') return '';
  return `${heading}\n${lines
    .slice(-SHOWN_LINES)
    .map((line) => `  ${line.slice(0, SHOWN_COLUMNS)}`)
    .join('\n')}`;
}

/**
 * What went wrong, where a program says so as the languages do that end with an error and its stack: `: Error: listen
 * EADDRINUSE: address already in use :::80`, ready to follow a message. Empty when it says nothing of the kind.
 */
export function causeIn(output: string): string {
  const line = output.split('\n').findLast((candidate) => ERROR_LINE.test(candidate));
  return line === undefined ? '' : `: ${line.trimEnd().slice(0, SHOWN_COLUMNS)}`;
}

/** Of Node.js, Python, Ruby, Java and others. */
const ERROR_LINE = /^(?:Uncaught )?[\w.:$]*(?:Error|Exception)(?: \[\w+\])?: \S/;
/** A line of a stack that says nothing of the program. */
const FRAME_OF_NODE = /^ +at .*\bnode:/;
const SHOWN_LINES = 20;
const SHOWN_COLUMNS = 500;

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
