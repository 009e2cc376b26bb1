/**
 * `child_process`: code that has outlived its test starts no programs either.
 *
 * The native library refuses them as it refuses sockets, with ENETDOWN. Here such code is told why, by an `error` event as
 * of a program that does not exist.
 */
import { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Attachment, Outlived } from './attachment.js';
import { type Method, replaceMethod } from './replace-method.js';

/** What is used of a child that has not been started yet (`lib/internal/child_process.js`). */
interface Unborn extends ChildProcess {
  readonly _handle: { spawn: () => number };
}

/** Called once per thread. */
export function patchPrograms(attachment: Attachment): void {
  // All of spawn(), exec(), execFile() and fork() end here.
  replaceMethod(
    ChildProcess.prototype as unknown as Record<string, Method>,
    'spawn',
    (original) =>
      function spawn(this: unknown, ...args: never[]) {
        const here = attachment.whereabouts();
        if (here?.hasEnded) refuse(this as Unborn, here);
        return original.apply(this, args);
      },
  );
}

function refuse(child: Unborn, { error }: Outlived): void {
  // An error that Node.js does not throw but emits, and after which it looks for no pipes.
  child._handle.spawn = () => -constants.errno.EMFILE;
  const emit = child.emit.bind(child) as (event: string, ...values: unknown[]) => boolean;
  child.emit = (event: string, ...values: unknown[]) =>
    event === 'error' ? emit(event, error()) : emit(event, ...values);
}
