// ioredis: messages between hosts, and a client that comes back to a Redis that was killed.

import { once } from 'node:events';
import { Redis, type RedisOptions } from 'ioredis';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, startRedis } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['redis-server'], context));

/** A client of the Redis on the host `cache`, closed with the test. */
function connect(options: Pick<RedisOptions, 'lazyConnect' | 'retryStrategy'> = {}): Redis {
  const redis = new Redis({ host: 'cache', ...options });
  onTestFinished(() => redis.disconnect());
  return redis;
}

test.for([1, 2, 3])('every test counts its first visitor in a Redis of its own (%i)', async () => {
  await startRedis(network.host('cache'));
  expect(await connect().incr('visitors')).toBe(1);
});

test('what one host publishes comes to the subscriber on another', async () => {
  await startRedis(network.host('cache'));
  const subscriber = network.host('shop').within(() => connect());
  const publisher = network.host('depot').within(() => connect());
  await subscriber.subscribe('stock');
  const message = once(subscriber, 'message');
  expect(await publisher.publish('stock', 'books: 7')).toBe(1);
  expect(await message).toEqual(['stock', 'books: 7']);
});

test('a client connects again to a Redis that was killed, and sends what has waited', async () => {
  const cache = network.host('cache');
  const server = await startRedis(cache);
  const redis = connect({ retryStrategy: () => 10 });
  redis.on('error', () => {}); // Each attempt that is refused.
  await redis.set('colour', 'green');

  const lost = once(redis, 'close');
  await server.kill();
  await lost;
  const waiting = redis.get('colour');
  await startRedis(cache);
  expect(await waiting).toBeNull(); // It kept nothing on disk.
});

test('a client that is told to give up says that nobody listens', async () => {
  network.host('cache');
  const redis = connect({ lazyConnect: true, retryStrategy: () => null });
  const error = once(redis, 'error');
  await expect(redis.connect()).rejects.toThrow('Connection is closed');
  expect(await error).toMatchObject([{ code: 'ECONNREFUSED' }]);
});
