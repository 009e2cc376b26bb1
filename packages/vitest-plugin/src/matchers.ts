/** Teaches Vitest's `expect` what can be expected of a network. */

import { networkMatchers } from '@socket-wrapper/core';
import { expect } from 'vitest';

/** What `expect(network)` can do. */
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

declare module 'vitest' {
  // Nothing, as of Jest's matchers: Vitest's own interfaces extend both, where a project has Jest's types as well.
  // biome-ignore lint/suspicious/noExplicitAny: Vitest declares it so.
  interface Matchers<T = any> extends NetworkMatchers<void> {}
}

/** Adds the matchers; a second time changes nothing. */
export function addMatchers(): void {
  expect.extend(networkMatchers);
}
