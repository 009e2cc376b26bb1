import type { Artifact } from '@socket-wrapper/core';

/** A test that has ended has left sockets open on its network. They have been closed. */
export class LeakError extends Error {
  static {
    LeakError.prototype.name = 'LeakError'; // Inherited, so it stays out of inspected output.
  }
  readonly code = 'LEFT_OPEN';
  /** One line each: what it is, and where it was opened. */
  readonly sockets: readonly string[];
  /** The capture that was kept because of it. */
  artifact?: Artifact;
  constructor(owner: string, sockets: readonly string[]) {
    const what = sockets.length === 1 ? 'a socket' : `${sockets.length} sockets`;
    super(`${owner} has left ${what} open, which its end has closed: ${sockets.join('; ')}`);
    this.sockets = sockets;
  }
}
