// ioredis, and a Redis for each test at the same address.

const { spawnSync } = require('node:child_process');
const { Redis } = require('ioredis');
const { network } = require('jest-environment-socket-wrapper');

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
if (!isInstalled && process.env.CI) throw new Error('not installed: redis-server');

(isInstalled ? test : test.skip).each([1, 2, 3])('counts its first visitor (%i)', async () => {
  const args = ['--save', '', '--bind', '*', '-::*', '--protected-mode', 'no'];
  await network.host('cache').spawn('redis-server', args, { listening: 6379 });
  const redis = new Redis({ host: 'cache' });
  expect(await redis.incr('visitors')).toBe(1);
  redis.disconnect();
});
