/**
 * Gives what arrives in batches one by one, and waits only between the batches.
 *
 * An async generator settles three promises for each value that it passes on from another iterator. That is several times what
 * it costs to read a packet of 100 bytes.
 */

/** What `batches` hold, one after the other. */
export class ItemStream<T> implements AsyncIterableIterator<T, void, undefined> {
  readonly #batches: AsyncGenerator<Iterable<T>, void>;
  #batch: Iterator<T> | undefined;
  /** The last question that has to wait. Those that come meanwhile wait behind it. */
  #waiting: Promise<unknown> | undefined;

  constructor(batches: AsyncGenerator<Iterable<T>, void>) {
    this.#batches = batches;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#waiting === undefined) {
      try {
        const result = this.#batch?.next();
        if (result?.done === false) return Promise.resolve(result);
      } catch (error) {
        return this.#fail(error);
      }
    }
    const ask = () => this.#ask();
    const answer = this.#waiting === undefined ? ask() : this.#waiting.then(ask, ask);
    const settled = () => {
      if (this.#waiting === answer) this.#waiting = undefined;
    };
    this.#waiting = answer;
    answer.then(settled, settled);
    return answer;
  }

  /** Closes the source. */
  async return(): Promise<IteratorResult<T, void>> {
    this.#batch = undefined;
    await this.#batches.return();
    return { done: true, value: undefined };
  }

  async #ask(): Promise<IteratorResult<T, void>> {
    for (;;) {
      try {
        const result = this.#batch?.next();
        if (result?.done === false) return result;
      } catch (error) {
        return this.#fail(error);
      }
      const { done, value } = await this.#batches.next();
      if (done === true) return this.return();
      this.#batch = value[Symbol.iterator]();
    }
  }

  /** The source is closed; whoever asks again is told that this is the end. */
  async #fail(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }
}
