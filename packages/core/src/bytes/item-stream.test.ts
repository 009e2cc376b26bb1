import { describe, expect, it } from 'vitest';
import { ItemStream } from './item-stream.js';

/** Batches of numbers, and what became of their source. */
function source(batches: readonly (readonly number[] | Error)[]) {
  const state = { isClosed: false };
  async function* generate() {
    try {
      for (const batch of batches) {
        if (batch instanceof Error) throw batch;
        yield batch.values();
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, stream: new ItemStream(generate()) };
}

async function collect(stream: AsyncIterable<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('ItemStream', () => {
  it('gives the items of all batches in order, empty ones among them', async () => {
    const { stream, state } = source([[1, 2], [], [3], []]);
    expect(await collect(stream)).toEqual([1, 2, 3]);
    expect(state.isClosed).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('answers questions in their order, also when they do not wait for each other', async () => {
    const { stream } = source([[1], [2, 3], [4, 5]]);
    const answers = await Promise.all(Array.from({ length: 7 }, () => stream.next()));
    expect(answers.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, undefined, undefined]);
  });

  it('closes its source when nobody wants more', async () => {
    const { stream, state } = source([[1, 2, 3]]);
    for await (const _ of stream) break;
    expect(state.isClosed).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('passes errors of the source on, behind the items before them', async () => {
    const { stream } = source([[1], new Error('boom')]);
    const found: number[] = [];
    const reading = (async () => {
      for await (const item of stream) found.push(item);
    })();
    await expect(reading).rejects.toThrow('boom');
    expect(found).toEqual([1]);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it.each([0, 1])('passes errors of a batch on and closes its source: the one behind item %i', async (count) => {
    const state = { isClosed: false };
    function* batch() {
      for (let item = 0; item < count; item++) yield item;
      throw new Error('boom');
    }
    async function* batches() {
      try {
        yield batch();
      } finally {
        state.isClosed = true;
      }
    }
    await expect(collect(new ItemStream(batches()))).rejects.toThrow('boom');
    expect(state.isClosed).toBe(true);
  });
});
