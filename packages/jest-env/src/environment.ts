/** Turns a Jest environment into one that gives every test a network. */

import type { Context } from 'node:vm';
import type { Circus } from '@jest/types';
import type NodeEnvironment from 'jest-environment-node';
import { BRIDGE, type Bridge } from './bridge.js';
import { loadRuntime, type Runtime } from './load-runtime.js';
import type { NetworkDefaults } from './network-use.js';
import { resolveOutputDir } from './output-dir-option.js';
import { TestFile } from './test-file.js';

/** The class of an environment that Jest can use; those for Node and jsdom are. */
export type EnvironmentClass = new (...parameters: ConstructorParameters<typeof NodeEnvironment>) => Environment;

/** What this package uses and replaces of an environment. */
interface Environment {
  global: object;
  setup(): Promise<void>;
  teardown(): Promise<void>;
  getVmContext(): Context | null;
  exportConditions?(): string[];
  handleTestEvent?(event: Circus.Event, state: Circus.State): Promise<void> | void;
}

/** Has `jest-environment-socket-wrapper` name the module for tests when a test imports it. */
const SANDBOX_CONDITION = 'jest-sandbox';

/**
 * `Base` with a network for every test.
 *
 * @example
 * // dom-environment.js, for testEnvironment: './dom-environment.js'
 * const { TestEnvironment } = require('jest-environment-jsdom');
 * module.exports = withSocketWrapper(TestEnvironment);
 */
export function withSocketWrapper(Base: EnvironmentClass): EnvironmentClass {
  return class SocketWrapperEnvironment extends Base {
    readonly #file: TestFile;
    readonly #runtime = new LazyRuntime(() => loadRuntime(this.getVmContext() as Context, this.#sandbox.process.env));

    constructor(...[config, context]: ConstructorParameters<typeof NodeEnvironment>) {
      super(config, context);
      const { network = {} } = config.projectConfig.testEnvironmentOptions as { network?: NetworkDefaults };
      // Jest makes a global of each key of testEnvironmentOptions.
      if (Reflect.get(this.global, 'network') === network) Reflect.deleteProperty(this.global, 'network');

      const { rootDir } = config.globalConfig;
      this.#file = new TestFile({
        path: context.testPath,
        project: config.projectConfig.displayName?.name,
        defaults: {
          rootDir,
          ...network,
          outputDir: resolveOutputDir(rootDir, network.outputDir),
        },
        runtime: this.#runtime,
      });
    }

    override async setup(): Promise<void> {
      await super.setup();
      // An accessor, because Jest cleans up the values that it finds on the global.
      let bridge: Bridge | undefined;
      const get = () => {
        bridge ??= this.#bridge();
        return bridge;
      };
      Object.defineProperty(this.global, BRIDGE, { configurable: true, get });
    }

    override async teardown(): Promise<void> {
      await this.#file.close();
      await super.teardown();
    }

    override exportConditions(): string[] {
      return [SANDBOX_CONDITION, ...(super.exportConditions?.() ?? ['node', 'node-addons'])];
    }

    override handleTestEvent(event: Circus.Event, state: Circus.State): Promise<void> | void {
      const handling = super.handleTestEvent?.(event, state);
      // Not one step later: while tests are defined, Jest calls this and does not wait.
      if (handling === undefined) return this.#file.handle(event, state);
      return handling.then(() => this.#file.handle(event, state));
    }

    get #sandbox(): { process: NodeJS.Process } {
      return this.global as unknown as { process: NodeJS.Process };
    }

    #bridge(): Bridge {
      const { assertNetworkUse, networkHandle, networkMatchers, setModuleCache } = this.#runtime.load();
      return {
        assertNetworkUse,
        networkHandle,
        networkMatchers,
        setModuleCache,
        currentNetwork: () => this.#file.currentNetwork(),
        use: (use) => this.#file.use(use),
      };
    }
  };
}

/** The runtime of one sandbox: loaded at most once, when a test file first imports this package. */
class LazyRuntime {
  readonly #load: () => Runtime;
  #runtime: Runtime | undefined;

  constructor(load: () => Runtime) {
    this.#load = load;
  }

  get isLoaded(): boolean {
    return this.#runtime !== undefined;
  }

  load(): Runtime {
    this.#runtime ??= this.#load();
    return this.#runtime;
  }
}
