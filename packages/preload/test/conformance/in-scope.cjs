/** Runs the program that its first argument names, as Node.js would, in a scope of its own. */
const Module = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const PRELOAD = pathToFileURL(join(__dirname, '../../dist/index.js')).href;

process.argv.splice(1, 1);
import(PRELOAD).then(({ openScope }) => {
  const [, file] = process.argv;
  const scope = openScope({ file, fullName: file, attempt: 0 }, { capture: 'off' });
  scope.run(() => {
    // Out of the reach of promises: what the program throws ends the process.
    process.nextTick(() => Module.runMain(file));
  });
});
