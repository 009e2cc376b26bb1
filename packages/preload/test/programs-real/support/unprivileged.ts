/**
 * Runs programs that refuse to be root as somebody else.
 *
 * A network belongs to the user that made it. As root, a test gives it to `nobody`, and starts with setpriv(1) what is to be on it.
 */

import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramNetwork } from '../../../src/index.js';
import { requireProgram } from '../../support/programs.js';

const isRoot = process.geteuid?.() === 0;

/** A command line as another user starts it. */
export type Unprivileged = (file: string, ...args: string[]) => [file: string, args: string[]];

/** Gives the network and `folder` to a user who is not root; nothing changes when the test is not run by root. */
export async function unprivileged(
  network: ProgramNetwork,
  folder: string,
  context: { skip: (note?: string) => void },
): Promise<Unprivileged> {
  if (!isRoot) return (file, ...args) => [file, args];
  requireProgram('setpriv', context);
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })));
  if (uid === undefined || gid === undefined) throw new Error('nobody is no user of this machine');
  // The janitor takes in no directory of another user. It knows this one for sure once it has ended a program on it.
  const first = await network.testHost.spawn('cat');
  await first.stop();
  for (const directory of [network.directory, folder]) {
    for (const path of ['.', ...readdirSync(directory)]) chownSync(join(directory, path), uid, gid);
  }
  return (file, ...args) => ['setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', file, ...args]];
}
