/**
 * Writes the keys of the TLS connections of a Node.js process to a file, in the format of SSLKEYLOGFILE.
 *
 * What `--tls-keylog` does, but without the warning on standard error, and with a file that may change.
 */
const { appendFileSync } = require('node:fs') as typeof import('node:fs');
const { TLSSocket } = require('node:tls') as typeof import('node:tls');

/** Names the file for the keys of the connection that is being made; `undefined` for none. */
export type FileOf = () => string | undefined;

/** What this module exports. */
export type KeyLog = { readonly logKeys: typeof logKeys };

interface Patched {
  (...args: unknown[]): unknown;
  readonly [LISTENERS]?: Set<FileOf>;
}

interface TlsSocketPrototype {
  _init?: Patched;
}

/** Several copies of this module share one patch. */
const LISTENERS: unique symbol = Symbol.for('socket-wrapper.key-log') as never;

module.exports = { logKeys } satisfies KeyLog;

/**
 * Has the keys of all connections that this process makes from now on logged, until the function that this gives back
 * is called.
 */
function logKeys(fileOf: FileOf): () => void {
  const listeners = listenersOf(TLSSocket.prototype as unknown as TlsSocketPrototype);
  listeners.add(fileOf);
  return () => listeners.delete(fileOf);
}

/** The set that the patch asks; every TLS connection begins with `_init`, whoever makes it and on whichever side. */
function listenersOf(prototype: TlsSocketPrototype): Set<FileOf> {
  const original = prototype._init;
  const known = original?.[LISTENERS];
  if (known !== undefined) return known;

  const listeners = new Set<FileOf>();
  if (original === undefined) return listeners;
  const patched = function (this: InstanceType<typeof TLSSocket>, ...args: unknown[]): unknown {
    const result = original.apply(this, args);
    const files = new Set([...listeners].map((fileOf) => fileOf()));
    for (const file of files) {
      if (file !== undefined) this.on('keylog', (line: Buffer) => append(file, line));
    }
    return result;
  };
  prototype._init = Object.assign(patched, { [LISTENERS]: listeners });
  return listeners;
}

function append(file: string, line: Buffer): void {
  try {
    appendFileSync(file, line, { mode: 0o600 });
  } catch {
    // The network has gone, or the disk is full. That is no reason for a connection to fail.
  }
}
