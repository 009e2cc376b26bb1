/** What a {@link ScopeError} is about. */
export type ScopeErrorCode = 'BAD_RETENTION_MODE' | 'NO_SCOPE' | 'SCOPE_ENDED';

/** A scope that was used when there is none, or no longer. */
export class ScopeError extends Error {
  static {
    ScopeError.prototype.name = 'ScopeError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: ScopeErrorCode;

  constructor(code: ScopeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
