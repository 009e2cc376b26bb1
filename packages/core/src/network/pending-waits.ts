/**
 * What a test waits for while it fails: a test that is ended by its time limit says nothing of that itself.
 */
import type { SocketInfo } from '../state/socket-info.js';

/** Says what is waited for, and what is there instead; `sockets` are those of the network at that moment. */
export type WaitDescription = (sockets: readonly SocketInfo[]) => string;

/** The waits of a network that have not come to their end. */
export class PendingWaits {
  readonly #descriptions = new Set<WaitDescription>();

  /** Gives back the function to call at the end of the wait. */
  add(describe: WaitDescription): () => void {
    // The same description may be given twice.
    const own: WaitDescription = (sockets) => describe(sockets);
    this.#descriptions.add(own);
    return () => {
      this.#descriptions.delete(own);
    };
  }

  /** What is waited for at this moment, the oldest wait first. */
  describe(sockets: readonly SocketInfo[]): string[] {
    return [...this.#descriptions].map((describe) => describe(sockets));
  }
}
