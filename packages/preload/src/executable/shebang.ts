/**
 * Reads the first line of a script as the kernel does (binfmt_script.c, execve(2)), and what env(1) makes of its argument.
 */

/** How many bytes of a file the kernel looks at (BINPRM_BUF_SIZE since Linux 5.1). */
export const SHEBANG_LENGTH = 256;

/** The interpreter of a script, and its one argument if it has one. */
export interface Shebang {
  readonly interpreter: string;
  readonly argument: string | undefined;
}

const HASH = 0x23;
const BANG = 0x21;

/** The `#!` line that `bytes`, the beginning of a file, start with; `undefined` when the kernel would not see one. */
export function readShebang(bytes: Uint8Array): Shebang | undefined {
  if (bytes[0] !== HASH || bytes[1] !== BANG) return undefined;

  const start = new TextDecoder('utf-8').decode(bytes.subarray(2, SHEBANG_LENGTH));
  const isWholeLine = start.includes('\n') || bytes.length < SHEBANG_LENGTH;
  const line = start.split('\n', 1)[0] ?? '';
  const match = /^[ \t]*([^ \t\0]+)(?:[ \t]+([^\0]*))?/.exec(line);
  const interpreter = match?.[1];
  if (interpreter === undefined) return undefined;

  const argument = match?.[2]?.replace(/[ \t]+$/, '');
  // A name that the buffer may have cut off is not used (ENOEXEC); a cut argument is.
  if (!isWholeLine && match?.[2] === undefined) return undefined;
  return { interpreter, argument: argument === '' ? undefined : argument };
}

/**
 * The program that `#!/usr/bin/env ARGUMENT` starts.
 *
 * The kernel gives env one argument, so `env node --flag` looks for a program named `node --flag`; only `-S` splits.
 * `undefined` when no program is named.
 */
export function programOfEnv(argument: string | undefined): string | undefined {
  if (argument === undefined) return undefined;
  const split = /^(?:-\w*S|--split-string=?)\s*(.*)$/.exec(argument)?.[1];
  if (split === undefined) return argument.startsWith('-') || argument.includes('=') ? undefined : argument;
  return split.split(/\s+/).find((word) => !word.startsWith('-') && !/^\w+=/.test(word));
}
