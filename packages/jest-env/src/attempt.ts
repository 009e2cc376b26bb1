import type { Artifact, Outcome, TestScope } from '@socket-wrapper/core' with { 'resolution-mode': 'import' };
import type { LeakError } from '@socket-wrapper/preload' with { 'resolution-mode': 'import' };
import type { Network } from './network-use.js';

type Scope = TestScope<Network>;

/** What the end of an attempt has brought. */
export interface End {
  readonly artifact?: Artifact;
  /** The sockets that were left open, when that is an error. It names the capture already. */
  readonly leaks?: LeakError;
}

/**
 * One run of a test, or of a describe block whose tests share a network: a scope that is opened when it is needed.
 *
 * A file that never imports this package never opens one, and so never loads the runtime.
 */
export class Attempt {
  readonly #open: () => Scope;
  #scope: Scope | undefined;
  #isOver = false;

  constructor(open: () => Scope) {
    this.#open = open;
  }

  /** The network of this run; `undefined` once it is over, which code that a timeout left behind may find. */
  get network(): Network | undefined {
    return this.#isOver ? undefined : this.#opened().network;
  }

  /** Has the code that calls be inside of the scope from here on. */
  enter(): void {
    if (!this.#isOver) this.#opened().enter();
  }

  /** Runs `fn` inside of the scope. */
  run<T>(fn: () => T): T {
    return this.#isOver ? fn() : this.#opened().run(fn);
  }

  /** Ends the scope, if it was ever opened; the second call does nothing. */
  async end(outcome: Outcome, error?: unknown): Promise<End> {
    if (this.#isOver) return {};
    this.#isOver = true;
    try {
      const artifact = await this.#scope?.end(outcome, { error });
      return artifact === undefined ? {} : { artifact };
    } catch (failure) {
      // The realm of the tests has a class of its own for it.
      if ((failure as LeakError).code !== 'LEFT_OPEN') throw failure;
      return { leaks: failure as LeakError };
    }
  }

  #opened(): Scope {
    this.#scope ??= this.#open();
    return this.#scope;
  }
}
