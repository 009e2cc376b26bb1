import type { RunResult } from './run.js';

/** How a program failed; branch on this, not on the message. */
export type RunErrorCode = 'EXITED' | 'KILLED' | 'TIMED_OUT' | 'ABORTED' | 'OUTPUT_TOO_LONG';

/** A program that `host.run()` started did not succeed. `result` is what it had given until then. */
export class RunError extends Error {
  static {
    RunError.prototype.name = 'RunError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: RunErrorCode;
  readonly result: RunResult;
  constructor(code: RunErrorCode, message: string, options: ErrorOptions & { result: RunResult }) {
    super(message, options);
    this.code = code;
    this.result = options.result;
  }
}
