export type UseNetworkErrorCode = 'CALLED_IN_TEST' | 'NO_TEST_RUNNING' | 'NO_ENVIRONMENT';

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

  /** `useNetwork(options)` in the body of a test or a hook, after the networks have been planned. */
  static calledInTest(): UseNetworkError {
    return new UseNetworkError(
      'CALLED_IN_TEST',
      'Cannot change the network of a running test: call useNetwork() with options at the top of the file or of a describe block',
    );
  }

  /** The network was used while the file was read, in beforeAll or afterAll, or after the test had ended. */
  static noTestRunning(): UseNetworkError {
    return new UseNetworkError(
      'NO_TEST_RUNNING',
      'There is no network here: it exists while a test, its beforeEach or its afterEach runs; ' +
        "for beforeAll and afterAll call useNetwork({ scope: 'suite' })",
    );
  }

  /** The package was imported by a test file that runs in another environment. */
  static noEnvironment(): UseNetworkError {
    return new UseNetworkError(
      'NO_ENVIRONMENT',
      "There is no network here: set testEnvironment: 'socket-wrapper' in Jest's configuration, " +
        'or begin the file with /** @jest-environment socket-wrapper */',
    );
  }
}
