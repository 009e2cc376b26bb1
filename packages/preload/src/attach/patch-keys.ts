/**
 * Has the keys of this process's own TLS connections go to the network that each of them is made on.
 */
import { nodeRequire } from '../native-files/node-require.js';
import { packageFile } from '../native-files/package-file.js';
import type { KeyLog } from '../tls/key-log.cjs';
import type { Attachment } from './attachment.js';

const KEY_LOG = packageFile('dist/tls/key-log.cjs');

/** See the top of this file. */
export function patchKeys(attachment: Attachment): void {
  const { logKeys } = nodeRequire(KEY_LOG) as KeyLog;
  logKeys(() => attachment.presenceInUse()?.network.keyLogFile);
}
