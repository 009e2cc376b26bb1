/**
 * Worker threads that the code of a network starts: their sockets are there by themselves, but names are looked up in
 * JavaScript. So each of them loads `worker.ts` before anything else.
 */
import type { Worker, WorkerOptions } from 'node:worker_threads';
import type { BuiltinModules } from './builtin-modules.js';

type WorkerClass = new (file: string | URL, options?: WorkerOptions) => Worker;

/** Called once per thread. `preload` is `worker.ts` in one file. */
export function patchWorkers(preload: string, isOnNetwork: () => boolean, builtins: BuiltinModules): void {
  builtins.whenLoaded('worker_threads', (module: { Worker: WorkerClass }) => {
    module.Worker = withPreload(module.Worker, preload, isOnNetwork);
  });
}

function withPreload(Original: WorkerClass, preload: string, isOnNetwork: () => boolean): WorkerClass {
  const replacement: WorkerClass = new Proxy(Original, {
    construct(target, [file, options, ...others]: [string | URL, WorkerOptions | undefined], newTarget) {
      // A class that extends ours is what it makes.
      const made = newTarget === replacement ? target : newTarget;
      const construct = (given: WorkerOptions | undefined) => Reflect.construct(target, [file, given, ...others], made);
      if (!isOnNetwork() || !isOptions(options)) return construct(options);
      return constructWith(['--require', preload], options, construct);
    },
  });
  return replacement;
}

/** Node.js knows what to say of anything else. */
function isOptions(options: unknown): options is WorkerOptions | undefined {
  if (options === undefined) return true;
  if (typeof options !== 'object' || options === null) return false;
  return !('execArgv' in options) || options.execArgv === undefined || Array.isArray(options.execArgv);
}

function constructWith(
  flags: readonly string[],
  options: WorkerOptions | undefined,
  construct: (options: WorkerOptions) => object,
): object {
  if (options?.execArgv !== undefined) return construct({ ...options, execArgv: [...options.execArgv, ...flags] });
  // A worker inherits the flags of its parent, but says no to those of the whole process when it is given them.
  const inherited = withoutProgram(process.execArgv);
  try {
    return construct({ ...options, execArgv: [...inherited, ...flags] });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    const refused = new Set(
      message
        .slice(message.indexOf(':') + 1)
        .split(', ')
        .map((flag) => flag.trim()),
    );
    return construct({ ...options, execArgv: [...inherited.filter((flag) => !refused.has(flag)), ...flags] });
  }
}

/** Without the program that was given on the command line: `node -e 'text'`. */
function withoutProgram(flags: readonly string[]): string[] {
  const PROGRAM = /^(?:-e|-p|-pe|--eval|--print)$/;
  return flags.filter((flag, index) => !PROGRAM.test(flag) && !PROGRAM.test(flags[index - 1] ?? ''));
}
