/**
 * The test scope: one attempt of one test, the owner of a network.
 *
 * Adapters turn a runner's hooks into calls of `openScope`, `scope.run` and `scope.end`; all else is decided here.
 */
import { resolve } from 'node:path';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import {
  type Artifact,
  type ArtifactPlace,
  prepareArtifact,
  removeEarlierArtifacts,
  type TestReport,
  writeArtifact,
  writeArtifactSync,
} from '../artifact/artifact.js';
import { Evidence } from '../artifact/evidence.js';
import { endAtExit, forgetAtExit } from '../artifact/exit-artifacts.js';
import { runKey } from '../artifact/run-key.js';
import type { Outcome, TestIdentity } from '../artifact/test-identity.js';
import { errorText } from '../error-text.js';
import type { Network } from '../network/network.js';
import { NETWORK_OPTIONS, type NetworkOptions } from '../network/network-options.js';
import { assertOptions, OPTION, type OptionKinds } from '../options/assert-options.js';
import { monotonicMs, wallClockMs, within } from '../real-time.js';
import { scopeRegistry } from './registry.js';
import {
  assertRetentionMode,
  DEFAULT_RETENTION,
  keepsCapture,
  type RetentionMode,
  recordsCapture,
} from './retention.js';
import { ScopeError } from './scope-error.js';

/** How a scope makes its network, and what it keeps of it. */
export interface ScopeOptions<N extends Network = Network> extends Omit<NetworkOptions, 'capture'> {
  /** Makes the network, the first time the test uses it. */
  readonly createNetwork: (options: NetworkOptions) => N;
  /** Where kept captures go, seen from `rootDir`. Default: `test-results/socket-wrapper`. */
  readonly outputDir?: string;
  /** Which captures are kept. Default: `retain-on-failure`. */
  readonly capture?: RetentionMode;
  /** Whether kept captures are packed with gzip, as `.pcapng.gz`, which Wireshark opens as well. Default: false. */
  readonly gzip?: boolean;
  /** What test files are named relative to. Default: the working directory. */
  readonly rootDir?: string;
  /**
   * Names this run of the tests: an artifact of an earlier run is replaced, one of this run never. Default: the
   * runner's main process, so that all its workers agree. A watch mode that stays in one process names its runs itself.
   */
  readonly run?: string;
}

/** What each option of a scope can be; `capture` has a check of its own. */
export const SCOPE_OPTIONS: OptionKinds<ScopeOptions> = {
  ...NETWORK_OPTIONS,
  capture: { needed: 'a capture mode', accepts: () => true },
  outputDir: OPTION.path,
  gzip: OPTION.flag,
  rootDir: OPTION.path,
  run: OPTION.text,
  createNetwork: OPTION.fn,
};

/** Time for the programs of the network to end, and for the artifact to be written: less than 5 s together. */
const DISPOSE_TIMEOUT_MS = 3000;
const WRITE_TIMEOUT_MS = 1500;

/**
 * Opens the scope of a test attempt. Nothing is made before the test uses its network.
 *
 * @throws {ScopeError} `BAD_RETENTION_MODE`
 * @example
 * const scope = openScope({ file, fullName, attempt: 0 }, { createNetwork: (options) => new Network(options) });
 * await scope.run(test);
 * await scope.end('passed');
 */
export function openScope<N extends Network>(identity: TestIdentity, options: ScopeOptions<N>): TestScope<N> {
  return new TestScope(identity, options);
}

/** One attempt of one test. `openScope` makes it. */
export class TestScope<N extends Network = Network> {
  readonly identity: TestIdentity;
  readonly #options: ScopeOptions<N>;
  readonly #mode: RetentionMode;
  readonly #startedAtMs = wallClockMs();
  readonly #startedMs = monotonicMs();
  #network: N | undefined;
  #evidence: Evidence | undefined;
  #hasEnded = false;
  #ending: Promise<Artifact | undefined> | undefined;

  /**
   * @throws {ScopeError} `BAD_RETENTION_MODE`
   * @throws {TypeError} For an option that does not exist, or holds what it cannot.
   */
  constructor(identity: TestIdentity, options: ScopeOptions<N>) {
    assertOptions("A test's network", options, SCOPE_OPTIONS);
    const { capture = DEFAULT_RETENTION } = options;
    assertRetentionMode(capture);
    this.identity = identity;
    this.#options = options;
    this.#mode = capture;
  }

  /**
   * The network of this attempt, made the first time it is asked for.
   *
   * @throws {ScopeError} `SCOPE_ENDED`
   */
  get network(): N {
    if (this.#hasEnded) {
      throw new ScopeError(
        'SCOPE_ENDED',
        `Test "${this.identity.fullName}" has ended, and its network with it: ` +
          'something that the test started still runs, have the test wait for it',
      );
    }
    this.#network ??= this.#makeNetwork();
    return this.#network;
  }

  /** Whether the test has used its network. */
  get hasNetwork(): boolean {
    return this.#network !== undefined;
  }

  /** Whether `end()` has been called. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Calls `fn`; for it and all it calls and starts, this is the current scope until it ends. */
  run<T>(fn: () => T): T {
    const { storage } = scopeRegistry();
    return storage.run({ scope: this, outer: storage.getStore() }, fn);
  }

  /**
   * Makes this the current scope of the code that calls: of everything in the free frame of `reserveScope()` that it runs
   * in. Without one, of all that follows the call in the same asynchronous context (`AsyncLocalStorage.enterWith`).
   */
  enter(): void {
    const { storage } = scopeRegistry();
    const frame = storage.getStore();
    if (frame !== undefined && frame.scope === undefined) frame.scope = this;
    else storage.enterWith({ scope: this, outer: frame, isLoose: true });
  }

  /**
   * Ends the attempt: disposes of the network and keeps its capture if the retention mode says so.
   *
   * Takes less than 5 s and never rejects. What goes wrong is emitted as a process warning, because a capture that
   * cannot be kept is no reason for a test to fail. Every call gives the promise of the first.
   *
   * @returns The artifact; `undefined` when none is kept.
   */
  end(outcome: Outcome, { error }: { readonly error?: unknown } = {}): Promise<Artifact | undefined> {
    this.#ending ??= this.#endOnce(outcome, error);
    return this.#ending;
  }

  async #endOnce(outcome: Outcome, error: unknown): Promise<Artifact | undefined> {
    const report = this.#report(outcome, error);
    const network = this.#close();
    if (network === undefined) return undefined;

    const isKept = keepsCapture(this.#mode, this.identity.attempt, outcome);
    if (isKept && this.#evidence === undefined && !network.disposed) {
      // Lines that programs have written already are read now; two rounds, for the first may be half over.
      await nextImmediate();
      await nextImmediate();
    }
    if (isKept) this.#evidence ??= new Evidence(network);
    await this.#evidence?.settled();
    await this.#dispose(network);
    try {
      if (isKept && this.#evidence !== undefined) return await this.#keep(report, this.#evidence);
      this.#removeEarlier();
      return undefined;
    } catch (failure) {
      this.#warn(`Cannot keep the capture of test "${this.identity.fullName}": ${errorText(failure)}`);
      return undefined;
    } finally {
      this.#evidence?.close();
    }
  }

  /** The process exits: the test has not ended, so it has failed. Nothing can be waited for any more. */
  #endAtExit(): void {
    const report = this.#report('failed', 'The test had not ended when the process exited');
    const network = this.#close();
    if (network === undefined || !keepsCapture(this.#mode, this.identity.attempt, 'failed')) return;
    try {
      this.#evidence ??= new Evidence(network);
      writeArtifactSync(prepareArtifact(report, this.#evidence, this.#place()));
    } catch (failure) {
      // Warnings are emitted in a later tick, and there is none.
      process.stderr.write(
        `socket-wrapper: cannot keep the capture of test "${this.identity.fullName}": ${oneLine(errorText(failure))}\n`,
      );
    }
  }

  #makeNetwork(): N {
    const { createNetwork, parent, testHost, redact, recorder } = this.#options;
    const records = recordsCapture(this.#mode, this.identity.attempt);
    const network = createNetwork({
      capture: records,
      ...(parent === undefined ? {} : { parent }),
      ...(testHost === undefined ? {} : { testHost }),
      ...(redact === undefined ? {} : { redact }),
      ...(recorder === undefined ? {} : { recorder }),
    });
    // A test may dispose of its network by itself, and fail later.
    network.onDispose(() => {
      if (records && !this.#hasEnded) this.#evidence ??= new Evidence(network);
    });
    endAtExit(this.#exitHook);
    return network;
  }

  readonly #exitHook = () => this.#endAtExit();

  /** From here on the scope has ended. Gives the network to end. */
  #close(): N | undefined {
    this.#hasEnded = true;
    forgetAtExit(this.#exitHook);
    return this.#network;
  }

  async #dispose(network: N): Promise<void> {
    try {
      const isDone = await within(
        DISPOSE_TIMEOUT_MS,
        network.dispose().then(() => true),
      );
      if (isDone) return;
      this.#warn(`The network of test "${this.identity.fullName}" did not end within ${DISPOSE_TIMEOUT_MS} ms`);
    } catch (failure) {
      const reasons = failure instanceof AggregateError ? failure.errors.map(errorText).join('; ') : errorText(failure);
      this.#warn(`The network of test "${this.identity.fullName}" did not end cleanly: ${reasons}`);
    }
  }

  async #keep(report: TestReport, evidence: Evidence): Promise<Artifact | undefined> {
    const prepared = prepareArtifact(report, evidence, this.#place());
    const artifact = await within(WRITE_TIMEOUT_MS, writeArtifact(prepared));
    if (artifact === undefined) this.#warn(`Writing ${prepared.artifact.path} took longer than ${WRITE_TIMEOUT_MS} ms`);
    return artifact;
  }

  #removeEarlier(): void {
    if (this.#mode === 'off') return;
    try {
      removeEarlierArtifacts(this.identity, this.#place());
    } catch (failure) {
      this.#warn(`Cannot remove the last capture of test "${this.identity.fullName}": ${errorText(failure)}`);
    }
  }

  #report(outcome: Outcome, error: unknown): TestReport {
    return {
      identity: this.identity,
      outcome,
      error: error === undefined ? undefined : errorText(error),
      startedAtMs: this.#startedAtMs,
      endedAtMs: wallClockMs(),
      durationMs: monotonicMs() - this.#startedMs,
    };
  }

  #place(): ArtifactPlace {
    const { rootDir = process.cwd(), outputDir = 'test-results/socket-wrapper', run = runKey() } = this.#options;
    return { rootDir, outputDir: resolve(rootDir, outputDir), run, isGzip: this.#options.gzip ?? false };
  }

  #warn(message: string): void {
    process.emitWarning(oneLine(message), { type: 'SocketWrapperWarning' });
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
