import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { keptCaptures } from '../artifact/kept-captures.js';
import { Network } from '../network/network.js';
import { currentScope } from './current-scope.js';
import { type WithNetworkOptions, withNetwork } from './with-network.js';

let rootDir: string;
let outputDir: string;
beforeEach(() => {
  rootDir = mkdtempSync(join(tmpdir(), 'sw-with-'));
  outputDir = join(rootDir, 'test-results/socket-wrapper');
  onTestFinished(() => rmSync(rootDir, { recursive: true }));
});

function options(more: Partial<WithNetworkOptions<Network>> = {}): WithNetworkOptions<Network> {
  return { rootDir, createNetwork: (networkOptions) => new Network(networkOptions), ...more };
}

describe('withNetwork', () => {
  it('calls the function with a network of its own, this and the arguments, and gives what it returns', async () => {
    const seen: Network[] = [];
    const test = withNetwork(async function (this: object, network: Network, ...rest: [number, string]) {
      expect(currentScope()?.network).toBe(network);
      expect(network.disposed).toBe(false);
      seen.push(network);
      return { self: this, rest };
    }, options());
    const self = {};
    expect(await test.call(self, 1, 'two')).toEqual({ self, rest: [1, 'two'] });
    await test.call(self, 3, 'four');
    expect(seen.map(({ disposed }) => disposed)).toEqual([true, true]);
    expect(new Set(seen).size).toBe(2);
    expect(readdirSync(rootDir)).toEqual([]);
  });

  it('names the capture in the error of a function that fails, which stays the same error', async () => {
    const failure = new RangeError('no answer');
    const test = withNetwork(function serves() {
      throw failure;
    }, options());
    await expect(test()).rejects.toBe(failure);
    expect(failure.message).toMatch(
      /^no answer\n\nNetwork capture: .*with-network\.test\.ts-serves\.pcapng \(0 packets/,
    );
    expect(readdirSync(outputDir)).toHaveLength(2);
  });

  it('knows the file and the line of the test', async () => {
    const line = Number(/:(\d+):\d+\)?$/.exec(new Error().stack?.split('\n')[1] ?? '')?.[1]);
    const test = withNetwork(() => Promise.reject('boom'), options());
    await expect(test()).rejects.toMatch(/^boom\n\nNetwork capture: /);
    const [kept] = keptCaptures(outputDir);
    expect(kept).toMatchObject({ file: expect.stringMatching(/src\/scope\/with-network\.test\.ts$/), line: line + 1 });
  });

  it.each([
    ['the name it is given', { name: 'given' }, [{ name: 'context' }], 'given'],
    ['the full name of the context', {}, [{ fullName: 'suite > context', name: 'context' }], 'suite > context'],
    ['the name of the context', {}, [{ name: 'context' }], 'context'],
    ['the name of the function', {}, [null], 'fails'],
  ])('calls the test by %s', async (_what, more, args, fullName) => {
    const test = withNetwork(
      function fails(_network: Network, ..._rest: unknown[]) {
        throw new Error('boom');
      },
      options({ file: '/tests/a.test.ts', ...more }),
    );
    await expect(test(...args)).rejects.toThrow('boom');
    const [kept] = keptCaptures(outputDir);
    expect(kept).toMatchObject({ fullName, attempt: 0 });
    expect(kept).not.toHaveProperty('line');
  });

  it('calls the test as Mocha does, whose context is `this`', async () => {
    const test = withNetwork(() => Promise.reject(new Error('boom')), options());
    await expect(test.call({ test: { fullTitle: () => 'the shop sells' } })).rejects.toThrow('boom');
    expect(keptCaptures(outputDir)).toMatchObject([{ fullName: 'the shop sells' }]);
  });

  it('counts a call after a failed one as a retry, until one passes', async () => {
    const failures = [true, true, false, true];
    const attempts: (number | undefined)[] = [];
    const test = withNetwork(
      function flaky() {
        attempts.push(currentScope()?.identity.attempt);
        if (failures.shift()) throw new Error('boom');
      },
      options({ file: '/a.test.ts', rootDir: '/', outputDir }),
    );
    for (let call = 0; call < 4; call++) await test().catch(() => {});
    expect(attempts).toEqual([0, 1, 2, 0]);
    expect(keptCaptures(outputDir).map(({ path }) => basename(path))).toEqual([
      'a.test.ts-flaky.pcapng',
      'a.test.ts-flaky-retry1.pcapng',
      'a.test.ts-flaky-2.pcapng',
    ]);
  });
});
