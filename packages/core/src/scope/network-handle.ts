import type { Network } from '../network/network.js';
import { currentNetwork, networkInUse } from './current-scope.js';

// What await, pretty printers and matchers ask of every value they meet.
const PASSIVE_KEYS: ReadonlySet<string | symbol> = new Set([
  'then',
  'toJSON',
  '$$typeof',
  'nodeType',
  'asymmetricMatch',
]);

/**
 * One value for "the network of the test that is running", which test files can keep in a constant.
 *
 * Each use asks `get` for the network, which is by default that of the current scope. Looking at the handle makes no
 * network: symbols and the keys that `await`, pretty printers and matchers ask for are answered by the network that
 * `peek` knows, and are `undefined` while it knows none.
 *
 * @example
 * const network = networkHandle();
 * test('a', () => network.host('web')); // the network of test a
 */
export function networkHandle<N extends Network>(
  get: () => N = currentNetwork as () => N,
  peek: () => N | undefined = networkInUse as () => N | undefined,
): N {
  const networkFor = (key: string | symbol) => (typeof key === 'symbol' || PASSIVE_KEYS.has(key) ? peek() : get());
  return new Proxy({} as N, {
    get(_target, key) {
      const network = networkFor(key);
      if (network === undefined) return undefined;
      // Methods and getters use private fields, which only the network itself has.
      const value: unknown = Reflect.get(network, key, network);
      return typeof value === 'function' ? value.bind(network) : value;
    },
    has: (_target, key) => Reflect.has(networkFor(key) ?? {}, key),
    set: (_target, key, value) => Reflect.set(get(), key, value),
    getPrototypeOf: () => Reflect.getPrototypeOf(peek() ?? {}),
  });
}
