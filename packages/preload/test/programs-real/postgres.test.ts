import { describe, expect } from 'vitest';
import type { ProgramHost } from '../../src/index.js';
import { expectToStop, it } from './support/fixtures.js';
import { requirePostgres, startPostgres } from './support/postgres.js';
import type { Unprivileged } from './support/unprivileged.js';

/** What psql on `client` prints for `sql`. */
async function query(client: ProgramHost, as: Unprivileged, server: string, sql: string): Promise<string> {
  const { stdout } = await client.run(
    ...as(
      'psql',
      '-X',
      '-A',
      '-t',
      '-q',
      '-h',
      server,
      '-U',
      'app',
      '-d',
      'postgres',
      '-v',
      'ON_ERROR_STOP=1',
      '-c',
      sql,
    ),
  );
  return stdout;
}

describe('postgres', () => {
  it('answers psql of other hosts, and sees where they come from', async ({ network, folder, skip }) => {
    requirePostgres({ skip });
    const { db, server, as } = await startPostgres(network, folder, { skip });
    const [one, two] = [network.host('one'), network.host('two')];
    await query(one, as, 'db', 'create table colours (name text)');
    await query(one, as, db.ipv4, `insert into colours select 'colour ' || n from generate_series(1, 50000) n`);
    expect(await query(two, as, db.ipv6, 'select count(*) from colours')).toBe('50000');

    const addresses = 'select host(inet_client_addr()), host(inet_server_addr()), inet_server_port()';
    expect(await query(two, as, db.ipv4, addresses)).toBe(`${two.ipv4}|${db.ipv4}|5432`);
    expect(await query(two, as, db.ipv6, addresses)).toBe(`${two.ipv6}|${db.ipv6}|5432`);
    expect(server.output()).toContain(`connection received: host=${one.ipv4} port=`);
    expect((await query(two, as, 'db', 'select name from colours')).split('\n')).toHaveLength(50000);
    await expectToStop(server);
  });

  it('cancels a query that is waiting, from a connection of its own', async ({ network, folder, skip }) => {
    requirePostgres({ skip });
    const { as, server } = await startPostgres(network, folder, { skip });
    const client = network.host('client');
    const waiting = client.spawn(
      ...as('psql', '-X', '-h', 'db', '-U', 'app', 'postgres', '-c', 'select pg_sleep(1000)'),
    );
    const isWaiting = () =>
      query(client, as, 'db', `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`);
    await expect.poll(isWaiting, { timeout: 10_000 }).toBe('1');
    // psql passes SIGINT on over a second connection; setpriv has become psql by now.
    waiting.kill('SIGINT');
    expect((await waiting.exited).exitCode).not.toBe(0);
    expect(waiting.stderr()).toContain('canceling statement due to user request');
    await expectToStop(server);
  });

  it('turns away whoever asks for a database that is none, and is gone once stopped', async ({
    network,
    folder,
    skip,
  }) => {
    requirePostgres({ skip });
    const { as, server } = await startPostgres(network, folder, { skip });
    const psql = (server: string) =>
      network
        .host('client')
        .run(...as('psql', '-X', '-h', server, '-U', 'app', '-d', 'nothing', '-c', 'select 1'), { reject: false });
    expect((await psql('db')).stderr).toContain('FATAL:  database "nothing" does not exist');
    await expectToStop(server);
    expect((await psql('db')).stderr).toContain('Connection refused');
  });
});
