import { test as base } from 'vitest';
import { useNetwork } from './use-network.js';

/**
 * Vitest's `test` with a `network` of its own for every test that asks for it.
 *
 * @example
 * test('has an address', ({ network }) => {
 *   expect(network.host('web').ipv4).toBe('10.53.57.11');
 * });
 */
export const test = extendedTest();

function extendedTest() {
  const extend = () => base.extend('network', useNetwork.fixture());
  try {
    return extend();
  } catch (error) {
    // A configuration file imports this package for its plugin. There is nothing to extend there, and nobody to miss it.
    if (/failed to find the (current suite|runner)/.test((error as Error).message))
      return base as ReturnType<typeof extend>;
    throw error;
  }
}
