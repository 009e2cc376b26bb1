/**
 * The pipe that a program has for standard input.
 *
 * What Node.js calls a pipe is a pair of Unix sockets, and a server that finds a socket there may take itself to be started
 * by inetd(8), as `rsync --daemon` does.
 */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { loadTools } from './attach/addon.js';

/** A pipe(2) whose reading end is for the program alone. */
export class InputPipe {
  /** To be given to the program when it starts. */
  readonly readEnd: number;
  /** What is written here, the program reads. */
  readonly stdin: Writable;

  private constructor([readEnd, writeEnd]: [number, number]) {
    this.readEnd = readEnd;
    this.stdin = new Socket({ fd: writeEnd, readable: false, writable: true });
  }

  /** A new pipe; `undefined` where Node.js loads no addons, which can make one. */
  static open(): InputPipe | undefined {
    const ends = loadTools()?.makePipe();
    return ends && new InputPipe(ends);
  }

  /** The program has the reading end now, or was not started: it is closed here. */
  handedOver(): void {
    closeSync(this.readEnd);
  }
}
