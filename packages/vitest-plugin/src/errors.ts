export type UseNetworkErrorCode = 'CALLED_IN_TEST' | 'NO_TEST_RUNNING';

/** A network was asked for where there cannot be one. */
export class UseNetworkError extends Error {
  static {
    UseNetworkError.prototype.name = 'UseNetworkError'; // Inherited, so it stays out of inspected output.
  }

  readonly code: UseNetworkErrorCode;

  constructor(code: UseNetworkErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** `useNetwork()` in the body of a test, too late to register a hook. */
  static calledInTest(): UseNetworkError {
    return new UseNetworkError(
      'CALLED_IN_TEST',
      'Cannot set up a network inside a running test: call useNetwork() at the top of the file or of a describe block, ' +
        'or add the socketWrapper() plugin to the Vitest configuration',
    );
  }

  /** The handle was used while the file was read, or after the test had ended. */
  static noTestRunning(): UseNetworkError {
    return new UseNetworkError(
      'NO_TEST_RUNNING',
      'There is no network here: it exists while a test, its beforeEach or its afterEach runs; ' +
        "for beforeAll and afterAll call useNetwork({ scope: 'suite' })",
    );
  }
}
