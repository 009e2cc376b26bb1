/**
 * The networks of one test file: turns the events of jest-circus into scopes.
 *
 * A scope belongs to one attempt of one test, or to one run of a describe block that asked for `scope: 'suite'`. Every
 * function of the file runs inside of the scope of its owner; `wrap-tests.ts` sees to that.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Circus } from '@jest/types';
import { Attempt } from './attempt.js';
import { addFailureNote } from './failure-note.js';
import type { Runtime } from './load-runtime.js';
import type { Network, NetworkDefaults, NetworkUse } from './network-use.js';
import { fullNameOf, lineInCallOf } from './test-identity.js';
import { wrapTests } from './wrap-tests.js';

type Owner = Circus.TestEntry | Circus.DescribeBlock;

/** What a {@link TestFile} needs to know. */
export interface TestFileOptions {
  readonly path: string;
  /** What Jest calls the project that the file runs in. */
  readonly project: string | undefined;
  readonly defaults: NetworkDefaults;
  /** The runtime of the file's realm. */
  readonly runtime: { readonly isLoaded: boolean; load(): Runtime };
}

/** See the top of this file. */
export class TestFile {
  readonly #options: TestFileOptions;
  readonly #uses = new Map<Circus.DescribeBlock, NetworkUse>();
  readonly #attempts = new Map<Owner, Attempt>();
  readonly #attemptsSoFar = new Map<Owner, number>();
  readonly #lines = new Map<Owner, number | undefined>();
  readonly #current = new AsyncLocalStorage<Attempt>();
  /** The test that hooks run for now; concurrent tests have no hooks. */
  #sequentialTest: Circus.TestEntry | undefined;
  #state: Circus.State | undefined;

  constructor(options: TestFileOptions) {
    this.#options = options;
  }

  /** The network of the code that is running. */
  currentNetwork(): Network | undefined {
    const running = this.#current.getStore();
    // A function that is the first to import this package had begun outside of its scope, for there was no runtime.
    if (running !== undefined && this.#options.runtime.load().currentScope() === undefined) running.enter();
    const attempt = running ?? (this.#sequentialTest && this.#attemptFor(this.#sequentialTest));
    return attempt?.network;
  }

  /** Has the tests of the describe block that is being defined run with networks as `use` says; `false` when none is. */
  use(use: NetworkUse): boolean {
    const block = this.#state?.currentDescribeBlock;
    if (block === undefined || this.#state?.hasStarted) return false;
    this.#uses.set(block, { ...this.#uses.get(block), ...use });
    return true;
  }

  /** To be called with every event of jest-circus, and awaited. */
  async handle(event: Circus.Event, state: Circus.State): Promise<void> {
    this.#state = state;
    switch (event.name) {
      case 'add_test': {
        // Comes from inside the call of test(), and jest-circus has added the test already.
        const added = state.currentDescribeBlock.children.at(-1);
        if (added !== undefined) this.#lines.set(added, lineInCallOf(this.#options.path));
        break;
      }
      case 'run_start':
        wrapTests(state.rootDescribeBlock, (owner, fn) => this.#around(owner, fn));
        break;
      case 'run_describe_finish':
        await this.#end(event.describeBlock, testsIn(event.describeBlock));
        break;
      case 'test_start':
        if (!event.test.concurrent) this.#sequentialTest = event.test;
        break;
      case 'test_skip':
      case 'test_todo':
        if (!event.test.concurrent) this.#sequentialTest = undefined;
        break;
      case 'test_done':
        if (!event.test.concurrent) this.#sequentialTest = undefined;
        await this.#end(event.test, [event.test]);
        break;
    }
  }

  /** Ends what no event has ended, as when Jest was told to bail out. */
  async close(): Promise<void> {
    for (const attempt of this.#attempts.values()) await attempt.end('skipped');
    this.#attempts.clear();
  }

  #around<T>(owner: Owner | 'current test', fn: () => T): T {
    const actual = owner === 'current test' ? this.#sequentialTest : owner;
    const attempt = actual && this.#attemptFor(actual);
    if (attempt === undefined) return fn();
    return this.#current.run(attempt, () => (this.#options.runtime.isLoaded ? attempt.run(fn) : fn()));
  }

  /** The attempt whose network `owner` has: its own, or that of the describe block which shares one. */
  #attemptFor(owner: Owner): Attempt | undefined {
    const suite = this.#suiteOf(owner);
    if (suite !== undefined) return this.#attemptOf(suite);
    return owner.type === 'test' ? this.#attemptOf(owner) : undefined;
  }

  /** The nearest describe block that shares its network, unless one nearer asks for networks of another kind. */
  #suiteOf(owner: Owner): Circus.DescribeBlock | undefined {
    const nearest = blocksAround(owner).find((block) => Object.keys(this.#uses.get(block) ?? {}).length > 0);
    return nearest !== undefined && this.#uses.get(nearest)?.scope === 'suite' ? nearest : undefined;
  }

  #attemptOf(owner: Owner): Attempt {
    const running = this.#attempts.get(owner);
    if (running !== undefined) return running;

    const attempt = this.#attemptsSoFar.get(owner) ?? 0;
    this.#attemptsSoFar.set(owner, attempt + 1);
    const { path: file, project, runtime } = this.#options;
    const line = this.#lines.get(owner);
    const identity = {
      file,
      fullName: fullNameOf(owner),
      ...(project === undefined ? {} : { project }),
      attempt,
      ...(line === undefined ? {} : { line }),
    };

    const opened = new Attempt(() => runtime.load().openScope(identity, this.#optionsOf(owner)));
    this.#attempts.set(owner, opened);
    return opened;
  }

  #optionsOf(owner: Owner): NetworkDefaults {
    const uses = blocksAround(owner).map((block) => this.#uses.get(block) ?? {});
    const { scope: _, ...options }: NetworkUse = Object.assign({}, this.#options.defaults, ...uses.reverse());
    return options;
  }

  /** Ends the attempt of `owner`. Those of `tests` that have failed learn where its capture is. */
  async #end(owner: Owner, tests: Circus.TestEntry[]): Promise<void> {
    const attempt = this.#attempts.get(owner);
    if (attempt === undefined) return;
    this.#attempts.delete(owner);

    const failed = tests.filter((test) => test.errors.length > 0);
    const outcome = failed.length > 0 ? 'failed' : 'passed';
    const { artifact, leaks } = await attempt.end(outcome, failed[0] && errorOf(failed[0]));
    // What an event handler throws is the end of the whole file, so the leaks are an error of the test, or the last of them.
    if (leaks !== undefined) tests.at(-1)?.errors.push([leaks, leaks]);
    if (artifact === undefined) return;
    const { appendNote } = this.#options.runtime.load();
    for (const test of failed) addFailureNote(test, (error) => appendNote(error, artifact));
  }
}

function blocksAround(owner: Owner): Circus.DescribeBlock[] {
  const blocks: Circus.DescribeBlock[] = [];
  let block: Circus.DescribeBlock | undefined = owner.type === 'test' ? owner.parent : owner;
  for (; block !== undefined; block = block.parent) blocks.push(block);
  return blocks;
}

function testsIn(block: Circus.DescribeBlock): Circus.TestEntry[] {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : testsIn(child)));
}

function errorOf({ errors: [entry] }: Circus.TestEntry): unknown {
  return Array.isArray(entry) ? (entry[0] ?? entry[1]) : entry;
}
