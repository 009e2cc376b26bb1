/** `useNetwork()`: the hook, and the fixture made from the same parts. */

import { currentScope, networkHandle, reserveScope } from '@socket-wrapper/core';
import { assertNetworkUse, type ProgramNetwork } from '@socket-wrapper/preload';
import { aroundEach, type TestContext, TestRunner } from 'vitest';
import { UseNetworkError } from './errors.js';
import { addMatchers } from './matchers.js';
import type { NetworkDefaults, UseNetworkOptions } from './options.js';
import { registerSuiteNetwork } from './suite-network.js';
import { openAttempt, runAttempt, sharedScope } from './test-network.js';

/**
 * Gives every test of the file, or of the enclosing `describe`, a network of its own.
 *
 * What it returns stands for the network of whichever test is running, so destructuring it at the top does not work.
 * The sockets of the test are on it too, from the first one on. It costs nothing until the test uses it. A retry and a repeat get a fresh one.
 *
 * @throws {UseNetworkError} `CALLED_IN_TEST` when it is called inside a test that has no network yet.
 * @example
 * const network = useNetwork();
 *
 * test('greets', async () => {
 *   await network.host('web').spawn('nginx', ['-c', conf], { listening: 80 });
 *   const { stdout } = await network.host('laptop').run('curl', ['-s', 'http://web/']);
 *   expect(stdout).toBe('Hello\n');
 * });
 */
export function useNetwork(options: UseNetworkOptions = {}): ProgramNetwork {
  addMatchers();
  assertNetworkUse(options);
  const { scope: owner = 'test', ...networkOptions } = options;
  const running = currentScope();
  if (running !== undefined) return running.network as ProgramNetwork;
  if (TestRunner.getCurrentTest() !== undefined) throw UseNetworkError.calledInTest();

  if (owner === 'suite') registerSuiteNetwork(networkOptions);
  // Vitest reads the parameters from the source: the second one must be destructured, or files with fixtures fail.
  else aroundEach(async (run, { task, annotate }) => runAttempt(run, { task, annotate }, networkOptions));

  return networkHandle(currentNetwork);
}

/**
 * A fixture for `test.extend`: the network of the test that asks for it.
 *
 * @example
 * const test = base.extend('network', useNetwork.fixture({ capture: 'on' }));
 *
 * test('has an address', ({ network }) => {
 *   expect(network.host('web').ipv4).toBe('10.53.57.11');
 * });
 */
useNetwork.fixture = (options: NetworkDefaults = {}) => {
  // Fixtures are made outside of the test's body, so the body has to find the scope that one of them opens.
  aroundEach((run) => reserveScope(run));
  return ({ task, annotate }: TestContext, { onCleanup }: { onCleanup: (fn: () => Promise<void>) => void }) => {
    addMatchers();
    const shared = sharedScope(options);
    if (shared !== undefined) return shared.network as ProgramNetwork;

    const { scope, end } = openAttempt({ task, annotate }, options);
    scope.enter();
    onCleanup(end);
    return scope.network;
  };
};

function currentNetwork(): ProgramNetwork {
  const scope = currentScope();
  if (scope === undefined) throw UseNetworkError.noTestRunning();
  return scope.network as ProgramNetwork;
}
