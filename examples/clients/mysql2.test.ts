// mysql2: a MariaDB for each test.

import mysql from 'mysql2/promise';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, startMariaDb } from './databases.js';

const network = useNetwork();

beforeEach((context) => needs(['mariadbd', 'mariadb-install-db'], context));

test('a pool asks the database by its name, and works again after the server was killed', async () => {
  const db = network.host('db');
  const server = await startMariaDb(db);
  const pool = mysql.createPool('mysql://app@db/test');
  onTestFinished(() => pool.end());
  await pool.query('create table books (title varchar(80))');
  await pool.execute('insert into books values (?)', ['The C Programming Language']);
  expect(await pool.query('select title from books')).toMatchObject([[{ title: 'The C Programming Language' }], {}]);

  await server.kill();
  await expect(pool.query('select 1')).rejects.toMatchObject({
    code: /PROTOCOL_CONNECTION_LOST|ECONNREFUSED|ECONNRESET/,
  });
  await startMariaDb(db);
  expect(await pool.query('select count(*) as count from books')).toMatchObject([[{ count: 1 }], {}]);
});
