/**
 * Evaluates the runtime in the realm of a test file, past Jest's module system.
 *
 * So it works whatever a test does to its modules: `jest.mock('node:fs')`, automock, `resetModules`, transforms and
 * coverage do not reach it. It also keeps its clock when a test installs fake timers: Node's own globals are handed in
 * as parameters.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Context, Script } from 'node:vm';

/** What the bundle of `runtime.ts` exports. */
export type Runtime = typeof import('./runtime.js');

type Wrapper = (...parameters: unknown[]) => void;

const BUNDLE = path.join(__dirname, 'runtime.bundle.js');

/** The globals that the runtime takes from Node instead of from the sandbox, where a test may have replaced them. */
const NODE_GLOBALS = {
  AbortController,
  AbortSignal,
  Buffer,
  clearImmediate,
  clearInterval,
  clearTimeout,
  Date,
  performance,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
  TextDecoder,
  TextEncoder,
  URL,
};

let script: Script | undefined;

/** A runtime whose objects belong to the realm of `context`; it reads its environment variables from `env`. */
export function loadRuntime(context: Context, env: NodeJS.ProcessEnv): Runtime {
  const module = { exports: {} };
  const process = processWith(env);
  const require = requireWith(process);
  const parameters = { ...NODE_GLOBALS, exports: module.exports, module, moduleUrl, process, require };

  script ??= new Script(
    `(function (${Object.keys(parameters).join(', ')}) { 'use strict'; ${readFileSync(BUNDLE, 'utf8')}\n})`,
    { filename: BUNDLE },
  );
  (script.runInContext(context) as Wrapper)(...Object.values(parameters));
  return module.exports as Runtime;
}

/** Where `file` of the package `name` lies; the bundle has this in place of `import.meta.url`. */
function moduleUrl(name: string, file: string): string {
  return pathToFileURL(path.join(packageFolder(name), file)).href;
}

function packageFolder(name: string): string {
  for (const folder of createRequire(__filename).resolve.paths(name) ?? []) {
    const manifest = path.join(folder, name, 'package.json');
    try {
      return path.dirname(createRequire(__filename).resolve(manifest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`Cannot find package ${name}, a dependency of jest-environment-socket-wrapper: is it installed?`);
}

/** The process as it is, so that handlers of its end are called, but with the variables that the tests see and set. */
function processWith(env: NodeJS.ProcessEnv): NodeJS.Process {
  return new Proxy(process, {
    get: (target, key) => (key === 'env' ? env : Reflect.get(target, key, target)),
  });
}

function requireWith(process: NodeJS.Process): (id: string) => unknown {
  const require = createRequire(__filename);
  return (id) => (id === 'process' || id === 'node:process' ? process : require(id));
}
