/**
 * Warns of what a client reports as an error that nobody listens to, when that comes of the end of its test. Thrown, it would end the
 * process, or fail whichever test runs by then.
 *
 * @param circumstances What has happened, as a sentence without its full stop.
 */
export function warnOfUnheardError(circumstances: string, error: Error): void {
  const isTheEnd = 'code' in error && error.code === 'SCOPE_ENDED';
  const what = isTheEnd ? 'this' : JSON.stringify(error.message);
  process.emitWarning(`${circumstances}. Its client reports ${what} as an error that nobody listens to`, {
    type: 'SocketWrapperWarning',
    code: 'UNHEARD_ERROR',
  });
}
