/**
 * Finds programs, also those that Debian keeps out of PATH.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const POSTGRES = '/usr/lib/postgresql';

/** The full path of a program in PATH, for those that start themselves again by their own name. */
export function pathOf(name: string): string {
  return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trimEnd();
}

/** The full path of one of PostgreSQL's programs, which Debian keeps in a folder per version; the newest one's. */
export function postgresPath(name: string): string {
  const versions = readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a));
  return join(POSTGRES, versions[0] ?? '', 'bin', name);
}
