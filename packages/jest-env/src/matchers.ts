/** What `expect(network)` can do in a test file that imports this package. */
export interface NetworkMatchers<R> {
  /**
   * Host `client` got a connection to host `server`, to the port that follows a colon if there is one.
   *
   * @example
   * expect(network).toHaveConnected('web', 'db:5432');
   */
  toHaveConnected(client: string, server: string): R;
  /**
   * Host `from` sent `content` to host `to`, whichever of them began. Text is looked for, an expression matched, in what
   * the messages say and in what was sent.
   *
   * @example
   * expect(network).toHaveSent('laptop', 'web:80', 'GET /users');
   */
  toHaveSent(from: string, to: string, content: string | RegExp): R;
}

declare global {
  namespace jest {
    // The types of @types/jest, where they are; those of @jest/globals are extended with `declare module 'expect'`.
    interface Matchers<R, T> extends NetworkMatchers<R> {}
  }
}
