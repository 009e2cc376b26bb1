import type { Artifact, Outcome, TestScope } from '@socket-wrapper/core' with { 'resolution-mode': 'import' };
import { exitWithRunner } from './exit-with-runner.js';
import type { Network } from './network-use.js';

type Scope = TestScope<Network>;

/**
 * One run of a test, or of a describe block whose tests share a network: a scope that is opened when it is needed.
 *
 * A file that never imports this package never opens one, and so never loads the runtime.
 */
export class Attempt {
  readonly #open: () => Scope;
  #scope: Scope | undefined;
  #stopWaiting: (() => void) | undefined;
  #isOver = false;

  constructor(open: () => Scope) {
    this.#open = open;
  }

  /** The network of this run; `undefined` once it is over, which code that a timeout left behind may find. */
  get network(): Network | undefined {
    return this.#isOver ? undefined : this.#opened().network;
  }

  /** Runs `fn` inside of the scope. */
  run<T>(fn: () => T): T {
    return this.#isOver ? fn() : this.#opened().run(fn);
  }

  /** Ends the scope, if it was ever opened; the second call does nothing. */
  async end(outcome: Outcome, error?: unknown): Promise<Artifact | undefined> {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    const artifact = await this.#scope?.end(outcome, { error });
    this.#stopWaiting?.();
    return artifact;
  }

  #opened(): Scope {
    if (this.#scope === undefined) {
      this.#scope = this.#open();
      this.#stopWaiting = exitWithRunner();
    }
    return this.#scope;
  }
}
