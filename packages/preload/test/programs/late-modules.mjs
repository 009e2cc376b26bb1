/** Loads modules of Node.js only when its test runs, by what its argument names, and prints what they make of the test's network. */
import { createRequire } from 'node:module';
import { openScope } from '@socket-wrapper/preload';

const load = { import: (name) => import(name), require: createRequire(import.meta.url) }[process.argv[2]];
const warnings = [];
process.on('warning', ({ code }) => warnings.push(code));

const scope = openScope({ file: import.meta.filename, fullName: 'late', attempt: 0 }, { capture: 'off' });
const seen = await scope.run(async () => {
  const { lookup } = await load('node:dns/promises');
  const { Worker } = await load('node:worker_threads');
  const inspector = await load('node:inspector');
  const { Agent } = await load('node:https');
  const { createSocket } = await load('node:dgram');

  const { address } = await lookup('test');
  const program = `require('node:dns').lookup('test', (_error, found) => require('node:worker_threads').parentPort.postMessage(found))`;
  const worker = new Worker(program, { eval: true });
  const ofWorker = await new Promise((resolve) => worker.once('message', resolve));
  inspector.open(0, '127.0.0.1');
  const agent = new Agent();
  const nameOfPool = () => agent.getName({ host: 'test', port: 443 });
  const pools = [nameOfPool(), scope.network.host('web').within(nameOfPool)];
  await new Promise((resolve) => createSocket('udp4').bind(53, resolve));
  return { address, ofWorker, debugger: inspector.url(), pools };
});
const { host } = new URL(seen.debugger);
const { Browser: browser } = await (await fetch(`http://${host}/json/version`)).json();
await scope.end('passed');
await new Promise((resolve) => setImmediate(resolve));
console.log(JSON.stringify({ ...seen, debugger: browser, warnings }));
process.exit();
