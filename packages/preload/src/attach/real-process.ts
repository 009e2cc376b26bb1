/** The process as Node.js made it. A runner's copy may lack what is rarely used. */
export function realProcess(): NodeJS.Process {
  return process.getBuiltinModule('node:process') as NodeJS.Process;
}

/** Calls `fn` once the running code is done, also when a test has put a clock of its own in the place of `process.nextTick()`. */
export const inNextTick: typeof process.nextTick = process.nextTick;
