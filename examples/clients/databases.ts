/**
 * PostgreSQL, MariaDB and Redis, each at its usual port of a host, with nothing in it.
 *
 * Their files are in the directory of the network, and go with it.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { ProgramHost } from 'vitest-plugin-socket-wrapper';

/** Something that runs, and can be killed as by a power cut. */
export interface Running {
  kill(): Promise<void>;
}

/** Skips the test where one of the programs is not installed; on CI, where all of them are, that is a failure. */
export function needs(names: readonly string[], { skip }: Pick<TestContext, 'skip'>): void {
  const missing = names.filter((name) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status !== 0);
  if (missing.length === 0) return;
  if (process.env.CI) throw new Error(`not installed: ${missing.join(', ')}`);
  skip(`not installed: ${missing.join(', ')}`);
}

/** Redis on port 6379. */
export async function startRedis(host: ProgramHost): Promise<Running> {
  const dir = join(host.network.directory, `redis-${host.name}`);
  mkdirSync(dir, { recursive: true }); // It keeps nothing, but a replica gets a copy of its master by a file.
  const args = ['--save', '', '--dir', dir, '--bind', '*', '-::*', '--protected-mode', 'no'];
  return running(await host.spawn('redis-server', args, { listening: 6379 }));
}

/** PostgreSQL on port 5432, with the database `postgres` of the user `app`, who needs no password. */
export async function startPostgres(host: ProgramHost): Promise<Running> {
  const data = postgresFolder(host);
  if (!existsSync(data)) {
    const access = ['-U', 'app', '--auth=trust'];
    await host.run(...notAsRoot(postgresProgram('initdb'), '-D', data, ...access, '-E', 'UTF8', '--no-sync'));
    const rules = 'host all all all trust\nhost replication all all trust\n';
    await host.run('sh', ['-c', `cat >> ${data}/pg_hba.conf`], { input: rules });
  }
  return startPostgresIn(data, host);
}

/** PostgreSQL on port 5432 that follows the one on `primary`, and answers questions meanwhile. */
export async function startPostgresStandby(host: ProgramHost, primary: ProgramHost): Promise<Running> {
  const data = postgresFolder(host);
  const copy = ['-h', primary.name, '-U', 'app', '-D', data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
  await host.run(...notAsRoot(postgresProgram('pg_basebackup'), ...copy));
  return startPostgresIn(data, host);
}

/** Makes a standby a primary; resolves once it is one. */
export async function promotePostgres(host: ProgramHost): Promise<void> {
  await host.run(...notAsRoot(postgresProgram('pg_ctl'), 'promote', '-D', postgresFolder(host)));
}

async function startPostgresIn(data: string, host: ProgramHost): Promise<Running> {
  // Shared memory in files of its own is gone with them, even after SIGKILL.
  const memory = 'dynamic_shared_memory_type=mmap';
  const settings = ['listen_addresses=*', 'unix_socket_directories=', 'fsync=off', memory].flatMap((setting) => [
    '-c',
    setting,
  ]);
  const server = await host.spawn(...notAsRoot(postgresProgram('postgres'), '-D', data, ...settings), {
    listening: 5432,
  });
  // It listens before it lets anybody in.
  for await (const { text } of server.lines()) if (/ready to accept (read-only )?connections/.test(text)) break;
  return running(server);
}

function postgresFolder({ name, network }: ProgramHost): string {
  return join(network.directory, `postgres-${name}`);
}

/** MariaDB on port 3306, with the database `test` of the user `app`, who needs no password. */
export async function startMariaDb(host: ProgramHost): Promise<Running> {
  const data = join(host.network.directory, `mariadb-${host.name}`);
  // Root has to say that it means to be root.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const folders = [`--datadir=${data}`, `--socket=${data}.sock`, `--pid-file=${data}.pid`];
  if (!existsSync(data)) {
    await host.run('mariadb-install-db', ['--no-defaults', ...user, `--datadir=${data}`, '--skip-test-db']);
    const setUp = ['create database test', 'flush privileges', 'create user app', 'grant all on test.* to app'];
    const input = setUp.map((statement) => `${statement};\n`).join('');
    await host.run('mariadbd', ['--no-defaults', ...user, ...folders, '--bootstrap'], { input });
  }
  return running(
    await host.spawn('mariadbd', ['--no-defaults', ...user, ...folders, '--bind-address=*'], { listening: 3306 }),
  );
}

function running(program: Awaited<ReturnType<ProgramHost['spawn']>>): Running {
  return {
    async kill() {
      program.kill('SIGKILL');
      await program.exited;
      // Its workers, which notice on their own that it is gone.
      await program.stop();
    },
  };
}

/** PostgreSQL refuses to be root. In a user namespace, it does not know that it is. */
function notAsRoot(file: string, ...args: string[]): [file: string, args: string[]] {
  if (process.getuid?.() !== 0) return [file, args];
  return ['unshare', ['--map-user=1000', '--map-group=1000', file, ...args]];
}

/** Debian keeps the programs of each version in a folder of its own, out of PATH. */
function postgresProgram(name: string): string {
  const root = '/usr/lib/postgresql';
  const [version] = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return version === undefined ? name : join(root, version, 'bin', name);
}
