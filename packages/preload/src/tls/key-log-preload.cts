/** What `NODE_OPTIONS=--require` loads into Node.js programs on a host: their TLS keys go where those of others go. */
import type { KeyLog } from './key-log.cjs';

const { logKeys } = require('./key-log.cjs') as KeyLog;

const file = process.env['SSLKEYLOGFILE'];
if (file !== undefined && file !== '') logKeys(() => file);
