/** Steps from item to item without a generator, which compilers do not put into the loop that uses it. */

/** What `next` gives, until it gives nothing. */
export class ItemIterator<T extends object> implements IterableIterator<T, void> {
  readonly #next: () => T | undefined;

  constructor(next: () => T | undefined) {
    this.#next = next;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<T, void> {
    const value = this.#next();
    return value === undefined ? { value, done: true } : { value, done: false };
  }
}
