/**
 * Loaded by worker threads of a network before their own code: their names are those of the network.
 *
 * The native library knows where a thread was started, so there is nothing to pass on. `rolldown.config.mjs` makes one
 * file of this, which a thread loads in a few milliseconds.
 */
import { syncBuiltinESMExports } from 'node:module';
import { ENDED, loadAddon, NOWHERE } from './addon.js';
import { BuiltinModules, isLoaded } from './builtin-modules.js';
import { Names, type NamesHere } from './names.js';
import { outlivedError } from './outlived-error.js';
import { patchNames } from './patch-names.js';
import { patchWorkers } from './patch-workers.js';
import { ServerQueries } from './server-queries.js';

const addon = loadAddon();
const isImported = ['worker_threads', 'dns/promises'].some(isLoaded);

function namesHere(): NamesHere {
  const place = addon.home();
  if (place === NOWHERE) return undefined;
  return place === ENDED
    ? { error: outlivedError('The test of this worker thread') }
    : { names: new Names(addon, place) };
}

// Whatever socket this thread makes is on its network, c-ares' too.
const builtins = new BuiltinModules();
patchNames(namesHere, new ServerQueries(() => addon.home()), builtins);
patchWorkers(__filename, () => addon.home() !== NOWHERE, builtins);
if (isImported) syncBuiltinESMExports();
// The thread's own code need not know.
process.execArgv = process.execArgv.filter(
  (flag, index, flags) => flag !== __filename && flags[index + 1] !== __filename,
);
