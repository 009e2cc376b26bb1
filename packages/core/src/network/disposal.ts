/**
 * What is done when a network is disposed of, step by step.
 */
import { NetworkError } from '../network-error.js';
import { monotonicMs, within } from '../real-time.js';

/** For all steps together: a test runner waits for its hooks only so long, and may end the process then. */
const STEPS_TIMEOUT_MS = 2500;

export type DisposalStep = () => Promise<void> | void;

/** The steps at the end of one network, each tried whatever the others came to. */
export class Disposal {
  readonly #directory: string;
  readonly #steps: DisposalStep[] = [];
  readonly #errors: unknown[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The last one added runs first. */
  add(step: DisposalStep): void {
    this.#steps.push(step);
  }

  /** Runs all steps that were added. All together have 2.5 s; once they are over a step is still called, but no longer waited for. */
  async runAll(): Promise<void> {
    const deadlineMs = monotonicMs() + STEPS_TIMEOUT_MS;
    for (const step of this.#steps.splice(0).reverse()) await this.attempt(() => this.#runUntil(deadlineMs, step));
  }

  /** Runs one step more, with no limit of time. Never rejects: `finish()` throws what it threw. */
  async attempt(step: DisposalStep): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#errors.push(error);
    }
  }

  /** @throws {AggregateError} All that went wrong. */
  finish(): void {
    if (this.#errors.length === 0) return;
    const count = this.#errors.length === 1 ? '1 step' : `${this.#errors.length} steps`;
    throw new AggregateError(this.#errors, `Cannot end network ${this.#directory} cleanly: ${count} failed`);
  }

  async #runUntil(deadlineMs: number, step: DisposalStep): Promise<void> {
    const pending = step();
    if (pending === undefined) return;
    const done = Promise.resolve(pending).then(() => true);
    if (await within(Math.max(0, deadlineMs - monotonicMs()), done)) return;
    throw new NetworkError(
      'STEP_TIMEOUT',
      `A step at the end of network ${this.#directory} did not finish: all steps together have ${STEPS_TIMEOUT_MS} ms`,
    );
  }
}
