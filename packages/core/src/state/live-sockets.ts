/**
 * Tells the sockets that exist from the ghosts that killed processes leave in `.state`.
 */
import { readFileSync } from 'node:fs';
import type { SocketRecord } from './state-records.js';

/** The records whose socket is still open: by `/proc/net/unix` where it can be read, else by the life of the process. */
export function withoutGhosts(records: readonly SocketRecord[]): SocketRecord[] {
  if (records.length === 0) return [];

  const inodes = readUnixInodes();
  if (inodes === undefined) return records.filter(({ pid }) => isAlive(pid));
  return records.filter(({ inode }) => inodes.has(inode));
}

/**
 * The inode numbers in the text of `/proc/net/unix`.
 *
 * @example
 * inodesOf('Num RefCount …\n0000000000000000: 00000002 00000000 00010000 0001 01 4711 /run/a\n'); // Set { 4711n }
 */
export function inodesOf(procNetUnix: string): Set<bigint> {
  const inodes = new Set<bigint>();
  for (const line of procNetUnix.split('\n').slice(1)) {
    const inode = /^\S+: \S+ \S+ \S+ \S+ \S+ +(\d+)/.exec(line)?.[1];
    if (inode !== undefined) inodes.add(BigInt(inode));
  }
  return inodes;
}

function readUnixInodes(): Set<bigint> | undefined {
  try {
    return inodesOf(readFileSync('/proc/net/unix', 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return undefined; // No /proc, or a hardened one.
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    if (code === 'EPERM') return true; // It exists and belongs to another user.
    throw error;
  }
}
