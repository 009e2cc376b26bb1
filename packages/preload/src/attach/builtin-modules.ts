/**
 * The modules of Node.js that have to know of networks. What is not loaded yet is patched when it is: most test files never load
 * `https` or `worker_threads`, which takes milliseconds.
 */
import { realProcess } from './real-process.js';

type Patch = (exports: never) => void;

/** One for each thread. */
export class BuiltinModules {
  readonly #waiting = new Map<string, Patch[]>();
  /** What is loaded, for as long as something waits. To search the list itself is slow while it is watched. */
  #loaded: Set<string> | undefined;
  #stopWatching = () => {};

  /** Calls `patch` with what `module` exports: now if it is loaded, and otherwise before whoever loads it sees it. */
  whenLoaded<T>(module: string, patch: (exports: T) => void): void {
    const list = loadList();
    if (this.#waiting.size === 0) this.#loaded = list && new Set(list);
    if (list === undefined || this.#loaded?.has(PREFIX + module)) {
      patch(exportsOf(module));
      return;
    }
    if (this.#waiting.size === 0) this.#watch(list);
    this.#waiting.set(module, [...(this.#waiting.get(module) ?? []), patch]);
  }

  /** Node.js appends the name of each module to a list when it has run: an element that is not there yet is set by the list's prototype. */
  #watch(list: readonly string[]): void {
    const prototype: object = Object.getPrototypeOf(list);
    this.#stopWatching = () => Object.setPrototypeOf(list, prototype);
    const watching = new Proxy(prototype, {
      set: (_target, key, value, receiver) => {
        const isSet = Reflect.defineProperty(receiver, key, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
        this.#patch(value);
        return isSet;
      },
    });
    Object.setPrototypeOf(list, watching);
  }

  #patch(entry: string): void {
    this.#loaded?.add(entry);
    const module = entry.replace(PREFIX, '');
    const patches = this.#waiting.get(module);
    if (patches === undefined) return;
    this.#waiting.delete(module);
    if (this.#waiting.size === 0) this.#stopWatching();
    for (const patch of patches) patch(exportsOf(module));
  }
}

const PREFIX = 'NativeModule ';

/** Whether code of this thread has loaded a module of Node.js, such as `dns/promises`, so that it may hold what the module exports. */
export function isLoaded(module: string): boolean {
  return loadList()?.includes(`${PREFIX}${module}`) ?? true;
}

function loadList(): readonly string[] | undefined {
  // Not in its types.
  return (realProcess() as NodeJS.Process & { readonly moduleLoadList?: readonly string[] }).moduleLoadList;
}

function exportsOf(module: string): never {
  return process.getBuiltinModule(`node:${module}`) as never;
}
