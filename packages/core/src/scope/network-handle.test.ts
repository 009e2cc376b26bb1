import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Host } from '../network/host.js';
import { Network } from '../network/network.js';
import { networkHandle } from './network-handle.js';
import { openScope } from './scope.js';

const PASSIVE = ['then', 'toJSON', '$$typeof', 'nodeType', 'asymmetricMatch', Symbol.iterator, Symbol.toStringTag];

function makeScope() {
  const identity = { file: '/a.test.ts', fullName: 'a', attempt: 0 };
  const scope = openScope(identity, { createNetwork: (options) => new Network(options) });
  onTestFinished(() => scope.end('passed').then(() => undefined));
  return scope;
}

describe('networkHandle', () => {
  it('is the network of the scope that uses it', () => {
    const network = networkHandle();
    const [one, two] = [makeScope(), makeScope()];
    const hostOf = () => network.host('web');
    expect(one.run(hostOf)).toBe(one.network.host('web'));
    expect(two.run(hostOf)).toBe(two.network.host('web'));
    expect(one.run(() => network.directory)).toBe(one.network.directory);
  });

  it('says what is wrong outside of a test', () => {
    const network = networkHandle();
    const message =
      'There is no network here: each test has its own, and this code does not run inside of a test or of its hooks';
    for (const use of [() => network.host('web'), () => network.directory, () => 'host' in network]) {
      expect(use).toThrow(expect.objectContaining({ name: 'ScopeError', code: 'NO_SCOPE', message }));
    }
  });

  it('makes no network when it is only looked at', async () => {
    const network = networkHandle();
    const scope = makeScope();
    await scope.run(async () => {
      for (const key of PASSIVE) {
        expect(Reflect.get(network, key)).toBeUndefined();
        expect(Reflect.has(network, key)).toBe(false);
      }
      expect(await network).toBe(network);
      expect(inspect(network)).toBe('{}');
      expect(JSON.stringify(network)).toBe('{}');
      expect(network instanceof Network).toBe(false);
      expect(scope.hasNetwork).toBe(false);
    });
  });

  it('can be looked at outside of a test as well', async () => {
    const network = networkHandle();
    expect(await network).toBe(network);
    expect(inspect(network)).toBe('{}');
  });

  it('is a network to those who look once the test has one', () => {
    const network = networkHandle();
    const scope = makeScope();
    scope.run(() => {
      network.host('web');
      expect(network instanceof Network).toBe(true);
      expect(Symbol.asyncDispose in network).toBe(true);
    });
  });

  it('passes on what is set, calls and private state', async () => {
    const scope = makeScope();
    const network = networkHandle(() => scope.network);
    const { host } = network;
    expect(host('web')).toBeInstanceOf(Host);
    expect(network.disposed).toBe(false);
    Object.assign(network, { label: 'mine' });
    expect(scope.network).toHaveProperty('label', 'mine');
  });

  it('asks the functions it is given', () => {
    const scope = makeScope();
    let uses = 0;
    const network = networkHandle(
      () => {
        uses++;
        return scope.network;
      },
      () => undefined,
    );
    void network.directory;
    void network.hosts;
    void Reflect.get(network, 'then');
    expect(uses).toBe(2);
  });
});
