/**
 * A network for tests of any runner: no hooks are needed, only a function around the test.
 */
import type { Network } from '../network/network.js';
import { callSiteOf } from './call-site.js';
import { appendNote } from './note.js';
import { openScope, type ScopeOptions } from './scope.js';

/** How `withNetwork` makes networks, and names its tests. */
export interface WithNetworkOptions<N extends Network> extends ScopeOptions<N> {
  /** The test file. Default: the file that calls `withNetwork`. */
  readonly file?: string;
  /** Where in the file the test is. Default: where `withNetwork` is called, unless `file` is given. */
  readonly line?: number;
  /** The test's name. Default: that of the runner's context if the test gets one, else the function's. */
  readonly name?: string;
}

/**
 * `fn` with a network of its own for each call, as its first argument.
 *
 * When it fails, the capture is kept and named in the error. A call that follows a failed one of the same name counts
 * as a retry. A test that never settles, so that its runner gives it up, has failed when the process exits.
 *
 * @example
 * test('serves', withNetwork(async (network, t) => { … }, { createNetwork: (options) => new Network(options) }));
 */
export function withNetwork<N extends Network, A extends unknown[], R>(
  fn: (network: N, ...args: A) => R,
  options: WithNetworkOptions<N>,
): (...args: A) => Promise<Awaited<R>> {
  const site = callSiteOf(withNetwork);
  const {
    file = site?.file ?? process.argv[1] ?? '',
    name,
    line = options.file === undefined ? site?.line : undefined,
    ...scopeOptions
  } = options;
  const place = line === undefined ? { file } : { file, line };
  const failures = new Map<string, number>();

  return async function (this: unknown, ...args: A): Promise<Awaited<R>> {
    const fullName = name ?? contextName(args[0]) ?? mochaName(this) ?? (fn.name || 'test');
    const attempt = failures.get(fullName) ?? 0;
    const scope = openScope<N>({ ...place, fullName, attempt }, scopeOptions);
    let result: Awaited<R>;
    try {
      result = await scope.run(() => fn.call(this, scope.network, ...args));
    } catch (error) {
      failures.set(fullName, attempt + 1);
      const artifact = await scope.end('failed', { error });
      throw artifact === undefined ? error : appendNote(error, artifact);
    }
    failures.delete(fullName);
    await scope.end('passed');
    return result;
  };
}

/** What Mocha calls the test, in the context that it makes `this`. */
function mochaName(context: unknown): string | undefined {
  const { test } = (context ?? {}) as { readonly test?: { fullTitle?(): unknown } };
  const title = test?.fullTitle?.();
  return typeof title === 'string' ? title : undefined;
}

/** What node:test, Deno and others call the test in the context they give it. */
function contextName(context: unknown): string | undefined {
  const { fullName, name } = (typeof context === 'object' && context !== null ? context : {}) as Record<
    string,
    unknown
  >;
  return [fullName, name].find((candidate) => typeof candidate === 'string');
}
