/**
 * A test process for tests: starts programs on a network, says which, and waits for its end.
 *
 * SIGUSR2 has it dispose of its network and end by itself.
 */
import { createNetwork } from '../../dist/index.js';
import { janitor } from '../../dist/networks/janitor.js';

const network = createNetwork();
const box = network.host('box');
const family = await box.spawn('sh', ['-c', 'setsid sleep 1000 & echo $!; sleep 1000 & echo $!; wait']);
const stubborn = await box.spawn('sh', ['-c', 'trap "" TERM; echo $$; while :; do sleep 1000; done']);
const lines = family.lines();
const children = [Number((await lines.next()).value.text), Number((await lines.next()).value.text)];
await stubborn.lines().next();

process.on('SIGUSR2', () => network.dispose());
const pids = [family.pid, ...children, stubborn.pid];
console.log(JSON.stringify({ directory: network.directory, pids, janitor: janitor().pid }));
