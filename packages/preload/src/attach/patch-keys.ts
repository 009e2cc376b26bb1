/**
 * Has the keys of this process's own TLS connections go to the network that each of them is made on.
 */
import { fileURLToPath } from 'node:url';
import { nodeRequire } from '../node-require.js';
import type { KeyLog } from '../tls/key-log.cjs';
import type { Attachment } from './attachment.js';

/** Seen from `src` under a test runner and from `dist` in a built package alike. */
const KEY_LOG = fileURLToPath(new URL('../../dist/tls/key-log.cjs', import.meta.url));

/** See the top of this file. */
export function patchKeys(attachment: Attachment): void {
  const { logKeys } = nodeRequire(KEY_LOG) as KeyLog;
  logKeys(() => attachment.presenceInUse()?.network.keyLogFile);
}
