/**
 * Removes the directories that killed processes have left behind.
 */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readProcesses, STATE_FILE } from '../state/shared-state.js';
import { NETWORK_DIRECTORY_NAME, removeDirectory } from './network-directory.js';
import { isAbandoned, isRunning } from './owner-mark.js';

/** Looked through once by each process: more than that are left behind only while it runs. */
const sweptParents = new Set<string>();

/**
 * Removes from `parent`, the first time it is named, the networks whose owners are gone and whose processes have all ended.
 *
 * What is not certainly ours is left alone: another user's, one that others may use, one without a mark.
 */
export function sweepOnce(parent: string): void {
  if (sweptParents.has(parent)) return;
  sweptParents.add(parent);
  for (const name of namesIn(parent)) {
    if (NETWORK_DIRECTORY_NAME.test(name)) removeIfAbandoned(join(parent, name));
  }
}

function removeIfAbandoned(directory: string): void {
  try {
    if (isPrivate(directory) && isAbandoned(directory) && !hasProcesses(directory)) removeDirectory(directory);
  } catch {
    // Another process was faster, or the directory is damaged: a new network does not fail because of an old one.
  }
}

/** Whether the directory belongs to this user and nobody else was ever to use it. */
function isPrivate(directory: string): boolean {
  const { uid, mode } = lstatSync(directory);
  return uid === process.getuid?.() && (mode & 0o007) === 0;
}

function hasProcesses(directory: string): boolean {
  const state = join(directory, STATE_FILE);
  // Its owner was killed before anybody could enter.
  if (!existsSync(state)) return false;
  return readProcesses(state).some(({ pid }) => isRunning(pid));
}

function namesIn(parent: string): string[] {
  try {
    return readdirSync(parent);
  } catch {
    return []; // Whoever may make directories in it need not be allowed to list it.
  }
}
