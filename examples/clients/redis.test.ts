// redis (node-redis): a store for each test, and a test whose clock stands still.

import { createClient } from 'redis';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, startRedis } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['redis-server'], context));

/** A client of the Redis on the host `cache`, closed with the test. */
async function connected() {
  const client = createClient({ url: 'redis://cache' });
  onTestFinished(() => client.destroy());
  await client.connect();
  return client;
}

test.for([1, 2])('every test counts its first visitor in a Redis of its own (%i)', async () => {
  await startRedis(network.host('cache'));
  const client = await connected();
  expect(await client.incr('visitors')).toBe(1);
});

test('a clock that stands still holds nothing up that the client does by setImmediate()', async () => {
  await startRedis(network.host('cache'));
  // It sends its commands by setImmediate(), which useFakeTimers() would stop too if it were not told what to stop.
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const client = await connected();
  await client.set('session', 'Ada', { expiration: { type: 'EX', value: 60 } });
  vi.setSystemTime('2030-01-01');
  expect(await client.ttl('session')).toBeGreaterThan(50); // The clock of the server is another one.
});
