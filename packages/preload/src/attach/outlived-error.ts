import { ScopeError } from '@socket-wrapper/core';

/** What code gets that outlives its test or its network. `owner` is whose it was: `Test "serves"`. */
export function outlivedError(owner: string): ScopeError {
  return new ScopeError(
    'SCOPE_ENDED',
    `${owner} has ended, and its network with it: something that it started still runs, have it wait for that, or close it: ` +
      'a client that connects again by itself is to be made anew in each test',
  );
}
