// pg with two PostgreSQL servers: the second follows the first, and takes over when it is killed.

import pg from 'pg';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, promotePostgres, startPostgres, startPostgresStandby } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['pg_ctlcluster', 'unshare'], context));

async function connect(host: string): Promise<pg.Client> {
  const client = new pg.Client({ host, user: 'app', database: 'postgres' });
  onTestFinished(() => client.end().catch(() => {}));
  client.on('error', () => {}); // Its server may be killed.
  await client.connect();
  return client;
}

test('a standby has what was written to the primary, and becomes one', async () => {
  const primary = await startPostgres(network.host('first'));
  const standby = network.host('second');
  await startPostgresStandby(standby, network.host('first'));
  const [writer, reader] = [await connect('first'), await connect('second')];
  expect((await reader.query('select pg_is_in_recovery() as follows')).rows).toEqual([{ follows: true }]);
  await expect(reader.query('create table notes (text text)')).rejects.toThrow('read-only transaction');

  await writer.query('create table notes (text text)');
  await writer.query("insert into notes values ('kept')");
  const notes = async () => (await reader.query('select text from notes')).rows;
  await vi.waitFor(async () => expect(await notes()).toEqual([{ text: 'kept' }]), { timeout: 20_000 });
  const { rows } = await writer.query('select host(client_addr) as host, state from pg_stat_replication');
  expect(rows).toEqual([{ host: expect.toBeOneOf([standby.ipv4, standby.ipv6]), state: 'streaming' }]);

  await primary.kill();
  await promotePostgres(standby);
  await reader.query("insert into notes values ('and more')");
  expect(await notes()).toEqual([{ text: 'kept' }, { text: 'and more' }]);
});
