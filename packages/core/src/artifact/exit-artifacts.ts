/**
 * Ends the scopes that are still open when the process exits: their tests never settled, so they failed.
 */

const hooks = new Set<() => void>();

/** Has `hook` called at exit. The listener on the process exists only while there is a hook. */
export function endAtExit(hook: () => void): void {
  // In front of the listener that removes the directories of networks: the captures are in them.
  if (hooks.size === 0) process.prependListener('exit', callAll);
  hooks.add(hook);
}

/** Takes back `endAtExit`. */
export function forgetAtExit(hook: () => void): void {
  hooks.delete(hook);
  if (hooks.size === 0) process.off('exit', callAll);
}

function callAll(): void {
  for (const hook of hooks) hook();
}
