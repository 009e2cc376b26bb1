import { fileURLToPath } from 'node:url';

/** A place in a source file. */
export interface CallSite {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Where the call of `fn` that is running now was written; `undefined` when stacks are switched off or name no file.
 *
 * @example
 * function describeCaller() {
 *   return callSiteOf(describeCaller); // { file: '/app/src/web.test.ts', line: 12 }
 * }
 */
export function callSiteOf(fn: (...args: never[]) => unknown): CallSite | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, fn);
  for (const frame of holder.stack?.split('\n').slice(1) ?? []) {
    const { place, line } = /\(?(?<place>(?:file:\/\/)?\/[^()]*?):(?<line>\d+):\d+\)?$/.exec(frame)?.groups ?? {};
    if (place === undefined) continue;
    return { file: place.startsWith('file:') ? fileURLToPath(place) : place, line: Number(line) };
  }
  return undefined;
}
