// pg: a PostgreSQL for each test, and what a pool does when its server is killed.

import pg from 'pg';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, startPostgres } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['pg_ctlcluster', 'unshare'], context));

/** A pool that is closed with the test. Its configuration is the same in all tests: each has its own host `db`. */
function makePool(): pg.Pool {
  const pool = new pg.Pool({ host: 'db', user: 'app', database: 'postgres', max: 4 });
  onTestFinished(() => pool.end());
  return pool;
}

test.for(['Ada', 'Grace'])('every test has a database that is empty (%s)', async (name) => {
  await startPostgres(network.host('db'));
  const pool = makePool();
  await pool.query('create table people (name text)');
  await pool.query('insert into people values ($1)', [name]);
  expect((await pool.query('select name from people')).rows).toEqual([{ name }]);
});

test('a pool has as many connections as it may, from the host that it is on', async () => {
  await startPostgres(network.host('db'));
  const app = network.host('app');
  await app.within(async () => {
    const pool = makePool();
    await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query('select $1::int', [n])));
    const { rows } = await pool.query(
      "select distinct host(client_addr) as host, count(*)::int from pg_stat_activity where usename = 'app' and client_addr is not null group by host",
    );
    expect(rows.map(({ count }) => count)).toEqual([4]);
    expect([app.ipv4, app.ipv6]).toContain(rows[0].host);
  });
});

test('a pool says that its server was killed, and works again when it is back', async () => {
  const db = network.host('db');
  const server = await startPostgres(db);
  const pool = makePool();
  await pool.query('create table notes (text text)');
  await pool.query("insert into notes values ('kept')");

  const lost = new Promise<Error>((resolve) => pool.once('error', resolve));
  await server.kill();
  expect((await lost).message).toMatch(/Connection terminated|terminating connection/);
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  await startPostgres(db);
  expect((await pool.query('select text from notes')).rows).toEqual([{ text: 'kept' }]);
});
