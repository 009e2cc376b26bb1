/** Prints what a worker thread of a network finds the address of `web` to be. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { withNetwork } from '@socket-wrapper/preload';

const LOOKUP = `require('node:dns').lookup('web', (_error, address) => require('node:worker_threads').parentPort.postMessage(address))`;

const test = withNetwork(
  async (network) => {
    network.host('web');
    const [address] = await once(new Worker(LOOKUP, { eval: true }), 'message');
    console.log(address);
  },
  { capture: 'off' },
);
await test();
