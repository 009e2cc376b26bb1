/**
 * Puts the code of tests on their networks.
 */
import type { TestScope } from '@socket-wrapper/core';
import { PreloadError } from '../preload-error.js';
import type { ProgramNetwork } from '../program-network.js';
import { attachment } from './attachment.js';

/** A process is told once. */
let hasWarned = false;

/**
 * From now on the code of `scope` is on `network`, as its test host.
 *
 * Where Node.js loads no addons a warning says so, once: programs can be started on the network all the same.
 */
export function joinNetwork(network: ProgramNetwork, scope: TestScope | undefined): void {
  try {
    attachment().join(network, scope);
  } catch (error) {
    if (!(error instanceof PreloadError)) throw error;
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(error.message, { type: 'SocketWrapperWarning', code: error.code });
  }
}
