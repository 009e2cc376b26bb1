/**
 * Starts PostgreSQL with all that it writes in one folder.
 */
import { join } from 'node:path';
import type { ProgramHost, ProgramNetwork, SpawnedProgram } from '../../../src/index.js';
import { requireProgram } from '../../support/programs.js';
import { type Folder, lineOf } from './fixtures.js';
import { postgresPath } from './paths.js';
import { type Unprivileged, unprivileged } from './unprivileged.js';

interface Skip {
  readonly skip: (note?: string) => void;
}

/** Requires PostgreSQL, whose server programs are not in PATH but come with this one. */
export function requirePostgres(context: Skip): void {
  for (const name of ['pg_ctlcluster', 'psql']) requireProgram(name, context);
}

/** Starts PostgreSQL on host `db`, which lets everybody in as `app`; `as` makes command lines of others that may use the network. */
export async function startPostgres(
  network: ProgramNetwork,
  folder: Folder,
  context: Skip,
): Promise<{ db: ProgramHost; server: SpawnedProgram; as: Unprivileged }> {
  const as = await unprivileged(folder.path, context);
  const data = join(folder.path, 'data');
  const db = network.host('db');
  await db.run(
    ...as(postgresPath('initdb'), '-D', data, '-U', 'app', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'),
  );
  await folder.write('data/pg_hba.conf', 'host all all 10.53.57.0/24 trust\nhost all all fd00::/16 trust\n');
  const settings = [
    'listen_addresses=*',
    'fsync=off',
    'log_connections=on',
    `unix_socket_directories=${folder.path}`,
    // Nothing in /dev/shm, where it would stay when the server is killed.
    'dynamic_shared_memory_type=mmap',
  ];
  const server = await db.spawn(
    ...as(postgresPath('postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])),
    { listening: 5432 },
  );
  // It listens before it lets anybody in.
  await lineOf(server, /ready to accept connections/);
  return { db, server, as };
}
