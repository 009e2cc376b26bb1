/**
 * What Jest loads as `testEnvironment: 'socket-wrapper'`. Tests that import this package in that environment get
 * `sandbox.ts` instead; its names are here as well, to say what is missing when the environment is another one.
 */

import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';
import { withSocketWrapper } from './environment.js';
import { UseNetworkError } from './errors.js';
import type { Network, NetworkUse } from './network-use.js';

export type { RetentionMode } from '@socket-wrapper/core' with { 'resolution-mode': 'import' };
export type { ProgramHost } from '@socket-wrapper/preload' with { 'resolution-mode': 'import' };
export { type EnvironmentClass, withSocketWrapper } from './environment.js';
export { UseNetworkError, type UseNetworkErrorCode } from './errors.js';
export type { NetworkMatchers } from './matchers.js';
export type { Network, NetworkDefaults, NetworkUse } from './network-use.js';

/** Jest's environment for Node, with a network for every test. */
export const TestEnvironment = withSocketWrapper(NodeEnvironment);
export default TestEnvironment;

/**
 * The network of whichever test is running: each attempt of each test has its own.
 *
 * It costs nothing until a test uses it, and stands for another network in each of them, so do not destructure it at
 * the top of a file. It does not exist outside of tests, `beforeEach` and `afterEach`.
 *
 * @throws {UseNetworkError} `NO_TEST_RUNNING`, or `NO_ENVIRONMENT` when the file runs in another environment.
 * @example
 * import { network } from 'jest-environment-socket-wrapper';
 *
 * test('greets', async () => {
 *   await network.host('web').spawn('nginx', ['-c', conf], { listening: 80 });
 *   const { stdout } = await network.host('laptop').run('curl', ['-s', 'http://web/']);
 *   expect(stdout).toBe('Hello\n');
 * });
 */
export const network: Network = new Proxy({} as Network, {
  get(_target, key) {
    // A module loader and a printer ask for these; that must not fail.
    if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return undefined;
    throw UseNetworkError.noEnvironment();
  },
});

/**
 * The network of whichever test is running, with options for the tests of the file or of the enclosing `describe`.
 *
 * @throws {UseNetworkError} `CALLED_IN_TEST` for options inside of a test, `NO_ENVIRONMENT` in another environment.
 * @example
 * describe('with one server for all', () => {
 *   const network = useNetwork({ scope: 'suite' });
 *   beforeAll(async () => void (await network.host('db').spawn('redis-server', [], { listening: 6379 })));
 * });
 */
export function useNetwork(_use: NetworkUse = {}): Network {
  throw UseNetworkError.noEnvironment();
}
