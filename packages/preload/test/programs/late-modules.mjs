/** Loads modules of Node.js only when its test runs, and prints what they make of the test's network. */
import { openScope } from '@socket-wrapper/preload';

const scope = openScope({ file: import.meta.filename, fullName: 'late', attempt: 0 }, { capture: 'off' });
const seen = await scope.run(async () => {
  const { lookup } = await import('node:dns/promises');
  const { Worker } = await import('node:worker_threads');
  const inspector = await import('node:inspector');

  const { address } = await lookup('test');
  const program = `require('node:dns').lookup('test', (_error, found) => require('node:worker_threads').parentPort.postMessage(found))`;
  const worker = new Worker(program, { eval: true });
  const ofWorker = await new Promise((resolve) => worker.once('message', resolve));
  inspector.open(0, '127.0.0.1');
  return { address, ofWorker, debugger: inspector.url() };
});
const { host } = new URL(seen.debugger);
const { Browser: browser } = await (await fetch(`http://${host}/json/version`)).json();
await scope.end('passed');
console.log(JSON.stringify({ ...seen, debugger: browser }));
process.exit();
