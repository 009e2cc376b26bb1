/** Who a test is, read from Jest's record of it. */

import type { Circus } from '@jest/types';

const ROOT = 'ROOT_DESCRIBE_BLOCK';

/** The names of the describe blocks around `entry` and its own, as Jest prints them; empty for the file itself. */
export function fullNameOf(entry: Circus.TestEntry | Circus.DescribeBlock): string {
  const names: string[] = [];
  let at: Circus.TestEntry | Circus.DescribeBlock | undefined = entry;
  for (; at !== undefined && at.name !== ROOT; at = at.parent) names.unshift(at.name);
  return names.join(' ');
}

/**
 * The line of `file` from which this is called, at whatever depth.
 *
 * The errors that Jest keeps for such questions must be left alone: it changes their message later, and a stack that was
 * read once does not follow.
 */
export function lineInCallOf(file: string): number | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;

  const at = stack.indexOf(`${file}:`);
  return at < 0 ? undefined : Number.parseInt(stack.slice(at + file.length + 1), 10) || undefined;
}
