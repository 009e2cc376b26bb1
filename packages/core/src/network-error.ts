/** What a {@link NetworkError} is about. */
export type NetworkErrorCode =
  | 'BAD_HOST_NAME'
  | 'BAD_INTERFACE_ID'
  | 'BAD_REDACTION'
  | 'BAD_SPAWN_NUMBER'
  | 'DIRECTORY_FAILED'
  | 'DISPOSED'
  | 'FOREIGN_HOST'
  | 'INTERFACES_EXHAUSTED'
  | 'NOT_RECORDED'
  | 'STATE_BAD_MAGIC'
  | 'STATE_CORRUPT'
  | 'STATE_TRUNCATED'
  | 'STATE_UNREADABLE'
  | 'STEP_TIMEOUT'
  | 'WAIT_TIMEOUT'
  | 'WATCH_FAILED';

/** A network that cannot do what it was asked, or whose directory is damaged. */
export class NetworkError extends Error {
  static {
    NetworkError.prototype.name = 'NetworkError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
