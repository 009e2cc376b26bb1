/**
 * Ends a worker process whose runner has died in the middle of a test. Left alone it would run on, and with it the
 * programs that its test has started.
 */

let waiting = 0;

/**
 * From now on this process ends when its runner does, until the function that this gives back is called. A second call of that
 * does nothing.
 */
export function exitWithRunner(): () => void {
  // Only a forked worker has a channel to the runner. A thread dies with it anyway.
  if (process.connected !== true) return () => {};

  if (waiting === 0) process.on('disconnect', exit);
  waiting++;
  let isWaiting = true;
  return () => {
    if (!isWaiting) return;
    isWaiting = false;
    waiting--;
    if (waiting === 0) process.off('disconnect', exit);
  };
}

/** Runners replace `process.exit` in their workers, so this does by hand what it would do. */
function exit(): void {
  try {
    process.emit('exit', 1);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
