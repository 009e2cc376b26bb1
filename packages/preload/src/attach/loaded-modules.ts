/**
 * The CommonJS modules that a thread has loaded, for packages whose classes must know of networks.
 *
 * Node.js keeps them in one `require.cache`; a test runner that loads modules by itself has another for each test file.
 */

/** A `require.cache`. */
export type ModuleCache = Readonly<Record<string, { readonly exports: unknown } | undefined>>;

interface Seen {
  readonly cache: WeakRef<ModuleCache>;
  /** How many modules it held at the last look. */
  count: number;
}

/** What a module that was looked for exports is given to. It may be called again with the same. */
export type Visit = (exports: unknown) => void;

/** See the top of this file. */
export class LoadedModules {
  readonly #wanted: { readonly path: RegExp; readonly visit: Visit }[] = [];
  #seen: Seen[] = [];

  /** From now on `visit` is called with each module at such a path that {@link look} finds. */
  want(path: RegExp, visit: Visit): void {
    this.#wanted.push({ path, visit });
    for (const seen of this.#seen) seen.count = 0;
  }

  /** From now on modules are looked for in `cache` as well, which is not kept alive. Harmless when repeated. */
  watch(cache: ModuleCache): void {
    if (this.#seen.some((seen) => seen.cache.deref() === cache)) return;
    this.#seen = this.#seen.filter((seen) => seen.cache.deref() !== undefined);
    this.#seen.push({ cache: new WeakRef(cache), count: 0 });
    this.look();
  }

  /** Looks through what has been loaded since the last look. */
  look(): void {
    for (const seen of this.#seen) {
      const cache = seen.cache.deref() ?? {};
      const paths = Object.keys(cache);
      if (paths.length === seen.count) continue;
      seen.count = paths.length;
      for (const { path, visit } of this.#wanted) {
        for (const found of paths.filter((candidate) => path.test(candidate))) visit(cache[found]?.exports);
      }
    }
  }
}
