/** `file` and `args` as one would type them into a shell, for messages. */
export function commandText(file: string, args: readonly string[]): string {
  return [file, ...args].map(quoted).join(' ');
}

/** The end of what a program wrote, ready to follow a message. Empty when it wrote nothing. */
export function lastLines(output: string, heading: string): string {
  const lines = output.trimEnd().split('\n');
  if (lines.length === 1 && lines[0] === '') return '';
  return `${heading}\n${lines
    .slice(-SHOWN_LINES)
    .map((line) => `  ${line.slice(0, SHOWN_COLUMNS)}`)
    .join('\n')}`;
}

const SHOWN_LINES = 20;
const SHOWN_COLUMNS = 500;

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
