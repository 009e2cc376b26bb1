/** A command line that cannot be understood: one line that says what was found and what was needed. */
export class UsageError extends Error {
  static {
    UsageError.prototype.name = 'UsageError';
  }
}
