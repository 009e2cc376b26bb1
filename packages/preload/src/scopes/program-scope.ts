import { type Artifact, appendNote, type Outcome, TestScope } from '@socket-wrapper/core';
import { attachmentInUse } from '../attach/attachment.js';
import type { ProgramNetwork } from '../networks/program-network.js';
import { exitWithRunner } from './exit-with-runner.js';

/** A scope whose worker process does not outlive its runner, and so neither do the programs that the test has started. */
export class ProgramScope extends TestScope<ProgramNetwork> {
  readonly #stopWaiting = exitWithRunner();

  /** As {@link TestScope.end}. */
  override end(outcome: Outcome, details: { readonly error?: unknown } = {}): Promise<Artifact | undefined> {
    return super.end(outcome, details).finally(this.#stopWaiting);
  }
}

/** A scope in which a test that leaves sockets open fails. */
export class StrictScope extends ProgramScope {
  /**
   * Ends the attempt as {@link TestScope.end} does.
   *
   * @throws {LeakError} When the test has passed, but has left sockets open. The capture is kept as that of a failure.
   */
  override async end(outcome: Outcome, details: { readonly error?: unknown } = {}): Promise<Artifact | undefined> {
    const isFirst = !this.hasEnded && this.hasNetwork;
    const leaks = isFirst && outcome === 'passed' ? await attachmentInUse()?.takeLeaks(this.network) : undefined;
    if (leaks === undefined) return super.end(outcome, details);

    const artifact = await super.end('failed', { error: leaks });
    if (artifact !== undefined) {
      leaks.artifact = artifact;
      appendNote(leaks, artifact);
    }
    throw leaks;
  }
}
