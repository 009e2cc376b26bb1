import { commandText } from './command-text.js';

/** What a {@link SpawnError} is about; branch on this, not on the message. */
export type SpawnErrorCode =
  | 'START_FAILED'
  | 'EXITED_EARLY'
  | 'LISTENS_ELSEWHERE'
  | 'LISTEN_TIMEOUT'
  | 'ABORTED'
  | 'NOT_ENDED';

/** A program on a host could not be started, did not get to listening, or could not be ended. */
export class SpawnError extends Error {
  static {
    SpawnError.prototype.name = 'SpawnError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: SpawnErrorCode;
  /** The command as a shell would take it. */
  readonly command: string;
  /** The name of the host. */
  readonly host: string;
  constructor(code: SpawnErrorCode, message: string, options: ErrorOptions & { command: string; host: string }) {
    super(message, options);
    this.code = code;
    this.command = options.command;
    this.host = options.host;
  }
}

/** The error for a command that the system did not start. */
export function startError(
  host: string,
  { file, args }: { readonly file: string; readonly args: readonly string[] },
  reason: string | Error,
): SpawnError {
  const command = commandText(file, args);
  const why = typeof reason === 'string' ? reason : reason.message;
  return new SpawnError('START_FAILED', `Cannot start ${command} on host ${host}: ${why}`, {
    command,
    host,
    ...(typeof reason === 'string' ? {} : { cause: reason }),
  });
}
