// ioredis with a cluster: six Redis servers at the same ports of six hosts, and a master that dies.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Cluster } from 'ioredis';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['redis-server', 'redis-cli'], context));

const MASTERS = 3;

/** Starts `count` servers on hosts of their own and joins them; each master has `replicas` of the others. */
async function startCluster(count: number, replicas: number) {
  const clustering = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
  const options = [...clustering, '--repl-diskless-sync-delay', '0', '--save', '', '--protected-mode', 'no'];
  const hosts = Array.from({ length: count }, (_, index) => network.host(`redis-${index + 1}`));
  const servers = await Promise.all(
    hosts.map(async (host) => {
      const dir = join(network.directory, host.name);
      await mkdir(dir); // What it remembers of the cluster.
      const server = await host.spawn('redis-server', [...options, '--bind', '*', '-::*', '--dir', dir], {
        listening: [6379, 16379],
      });
      return { host, server };
    }),
  );
  const members = hosts.map(({ ipv4 }) => `${ipv4}:6379`);
  const create = ['--cluster', 'create', ...members, '--cluster-replicas', String(replicas), '--cluster-yes'];
  await network.host('admin').run('redis-cli', create);
  return servers;
}

function connect(): Cluster {
  const cluster = new Cluster([{ host: 'redis-1', port: 6379 }], {
    clusterRetryStrategy: () => 20,
    retryDelayOnFailover: 20,
    retryDelayOnClusterDown: 20,
    slotsRefreshTimeout: 5000,
  });
  onTestFinished(() => cluster.disconnect());
  return cluster;
}

test('keys go to the master of their slot, and come back from there', async () => {
  await startCluster(MASTERS, 0);
  const cluster = connect();
  const names = Array.from({ length: 50 }, (_, n) => `key-${n}`);
  await Promise.all(names.map((name) => cluster.set(name, name.toUpperCase())));
  expect(await Promise.all(names.map((name) => cluster.get(name)))).toEqual(names.map((name) => name.toUpperCase()));

  const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
  expect(sizes).toHaveLength(MASTERS);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(names.length);
});

test('a replica takes the place of a master that was killed', async () => {
  const servers = await startCluster(2 * MASTERS, 1);
  const cluster = connect();
  await cluster.set('colour', 'green');
  const slot = Number(await cluster.cluster('KEYSLOT', 'colour'));
  const ranges = await cluster.cluster('SLOTS');
  const [, , [address] = []] = ranges.find(([first, last]) => slot >= first && slot <= last) ?? [];
  const master = cluster.nodes('master').find((node) => node.options.host === address);
  // On the connection that has set it: its replica has it. One that was never told anything takes nobody's place.
  expect(await master?.wait(1, 0)).toBe(1);

  const server = servers.find(({ host }) => host.ipv4 === address)?.server;
  server?.kill('SIGKILL');
  await server?.exited;

  await vi.waitFor(async () => expect(await cluster.get('colour')).toBe('green'), { timeout: 30_000, interval: 50 });
});
