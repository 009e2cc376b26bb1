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
export const test = base.extend('network', useNetwork.fixture());
