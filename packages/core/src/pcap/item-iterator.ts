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
    return value === undefined ? { value, done: true } : new Item(value);
  }
}

/**
 * One item.
 *
 * Not a literal: V8 11 may take it that what a literal makes will live for long. Everything that a stream
 * hands out, and all that hangs on it, then waits for the slow garbage collection.
 */
class Item<T> implements IteratorYieldResult<T> {
  readonly done = false;
  readonly value: T;

  constructor(value: T) {
    this.value = value;
  }
}
