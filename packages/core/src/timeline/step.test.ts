import { describe, expect, it, onTestFinished } from 'vitest';
import { Network } from '../network/network.js';

function makeNetwork(capture = true): Network {
  const network = new Network({ capture });
  onTestFinished(() => network.dispose());
  return network;
}

function told({ notes }: Network): string[] {
  return notes.kept.map(({ source, level, text }) => `${source} ${level} ${text}`);
}

describe('network.step', () => {
  it('notes the step, and gives what its function gives', async () => {
    const network = makeNetwork();
    expect(network.step('alone')).toBeUndefined();
    expect(network.step('adds', () => 1 + 1)).toBe(2);
    expect(await network.step('waits', async () => 3)).toBe(3);
    expect(told(network)).toEqual(['test info step: alone', 'test info step: adds', 'test info step: waits']);
  });

  it('notes that the step failed, and fails with the same error', async () => {
    const network = makeNetwork();
    const error = new Error('boom');
    const fail = () => {
      throw error;
    };
    expect(() => network.step('falls', fail)).toThrow(error);
    await expect(network.step('sinks', async () => fail())).rejects.toBe(error);
    expect(told(network)).toEqual([
      'test info step: falls',
      'test error step failed: falls: boom',
      'test info step: sinks',
      'test error step failed: sinks: boom',
    ]);
  });

  it.each([
    ['no title', [undefined, () => 1], /^step\(\) got title undefined: text is needed$/],
    ['a function alone', [() => 1], /^step\(\) got title \[Function.*\]: text is needed$/],
    ['a promise', ['asks', Promise.resolve(1)], /^step\("asks"\) got Promise \{ 1 \}: a function is needed$/],
    ['null', ['asks', null], /^step\("asks"\) got null: a function is needed$/],
  ])('refuses %s, and notes nothing', (_what, given, message) => {
    const network = makeNetwork();
    const step = () => Reflect.apply(network.step, network, given);
    expect(step).toThrow(TypeError);
    expect(step).toThrow(message);
    expect(told(network)).toEqual([]);
  });

  it('notes nothing without capture', () => {
    const network = makeNetwork(false);
    network.step('in the dark');
    network.note({ source: 'web', text: 'hello' });
    expect(network.notes).toEqual({ kept: [], dropped: 0 });
  });
});
