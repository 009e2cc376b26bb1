/**
 * The pipes that a program has for standard input, output and error.
 *
 * What Node.js calls a pipe is a pair of Unix sockets. A server that finds a socket for standard input may take itself to be
 * started by inetd(8), as `rsync --daemon` does; and a socket cannot be opened by its name, as nginx does that writes its
 * log to /dev/stdout.
 */
import { Socket } from 'node:net';
import { loadTools } from '../attach/addon.js';

/** A pipe(2) between a program and this process. */
export class ProgramPipe {
  /** The end to be given to the program when it starts. */
  readonly theirs: number;
  /** The other end: what the program reads is written here, what it writes is read here. */
  readonly ours: Socket;

  private constructor(theirs: number, ours: Socket) {
    this.theirs = theirs;
    this.ours = ours;
  }

  /** For the program to read from; `undefined` where Node.js loads no addons, which can make one. */
  static toProgram(): ProgramPipe | undefined {
    const ends = loadTools()?.makePipe();
    return ends && new ProgramPipe(ends[0], new Socket({ fd: ends[1], readable: false, writable: true }));
  }

  /** For the program to write to; `undefined` where Node.js loads no addons. */
  static fromProgram(): ProgramPipe | undefined {
    const ends = loadTools()?.makePipe();
    return ends && new ProgramPipe(ends[1], new Socket({ fd: ends[0], readable: true, writable: false }));
  }

  /** The program has its end now, or was not started: it is closed here. */
  handedOver(): void {
    loadTools()?.closePipeEnd(this.theirs);
  }
}
