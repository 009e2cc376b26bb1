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

/** The line of `file` on which `test` was defined, when its stack tells. */
export function lineOf(test: Circus.TestEntry, file: string): number | undefined {
  const stack: unknown = test.asyncError?.stack;
  if (typeof stack !== 'string') return undefined;
  const at = stack.indexOf(`${file}:`);
  return at < 0 ? undefined : Number.parseInt(stack.slice(at + file.length + 1), 10) || undefined;
}
