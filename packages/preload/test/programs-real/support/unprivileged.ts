/**
 * Runs programs that refuse to be root as somebody else: as `nobody`, with setpriv(1).
 */

import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { requireProgram } from '../../support/programs.js';

const isRoot = process.geteuid?.() === 0;

/** A command line as another user starts it. */
export type Unprivileged = (file: string, ...args: string[]) => [file: string, args: string[]];

/** Gives `folder` to a user who is not root; nothing changes when the test is not run by root. */
export async function unprivileged(folder: string, context: { skip: (note?: string) => void }): Promise<Unprivileged> {
  if (!isRoot) return (file, ...args) => [file, args];
  requireProgram('setpriv', context);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })));
  if (uid === undefined || gid === undefined) throw new Error('nobody is no user of this machine');
  for (const path of ['.', ...readdirSync(folder)]) chownSync(join(folder, path), uid, gid);
  return (file, ...args) => ['setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', file, ...args]];
}
