// ioredis with Sentinel: the master is killed, and the client finds the one that took its place.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, startRedis } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['redis-server'], context));

async function startSentinel(): Promise<void> {
  const file = join(network.directory, 'sentinel.conf');
  const settings = [
    ['resolve-hostnames', 'yes'],
    ['announce-hostnames', 'yes'],
    ['monitor', 'shop', 'first', '6379', '1'],
    ['down-after-milliseconds', 'shop', '200'],
  ];
  await writeFile(file, `protected-mode no\n${settings.map((words) => `sentinel ${words.join(' ')}\n`).join('')}`);
  await network.host('sentinel').spawn('redis-server', [file, '--sentinel'], { listening: 26379 });
}

test('a client goes to the new master when the old one is killed', async () => {
  const first = await startRedis(network.host('first'));
  await startRedis(network.host('second'));
  const replica = new Redis({ host: 'second' });
  onTestFinished(() => replica.disconnect());
  await replica.replicaof('first', 6379);

  const redis = new Redis({ sentinels: [{ host: 'sentinel', port: 26379 }], name: 'shop', retryStrategy: () => 20 });
  onTestFinished(() => redis.disconnect());
  redis.on('error', () => {}); // Each attempt that is refused.
  await startSentinel();
  await redis.set('visitors', 41);
  expect(await redis.wait(1, 10_000)).toBe(1); // The replica has it.

  const events = new Redis({ host: 'sentinel', port: 26379 });
  onTestFinished(() => events.disconnect());
  await events.subscribe('+slave', '+switch-master');
  const switched = once(events, 'message');
  await first.kill();
  await switched;
  expect(await redis.incr('visitors')).toBe(42);
  expect(await replica.get('visitors')).toBe('42');
});
