/**
 * Starts nginx with everything it writes in one folder.
 */

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProgramHost, SpawnedProgram } from '../../../src/index.js';
import type { Folder } from './fixtures.js';
import { pathOf } from './paths.js';

/** What a server is to serve. */
export interface NginxOptions {
  /** Names its part of the folder. */
  readonly name: string;
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>;
  /** More of the `server` block. */
  readonly server?: string;
  /** Default: false. */
  readonly isDaemon?: boolean;
}

/** A running nginx. */
export interface Nginx {
  readonly program: SpawnedProgram;
  /** One line per request: `10.53.57.12 "GET / HTTP/1.1" 200`. A line may come later than the client has its answer. */
  readonly requests: () => Promise<string[]>;
  /** The master's; 0 at a moment when there is none. */
  readonly masterPid: () => Promise<number>;
  readonly configFile: string;
}

/** Starts nginx on port 80 of `host`, both families, with a master and two workers. */
export async function startNginx(
  host: ProgramHost,
  folder: Folder,
  { name, files, server = '', isDaemon = false }: NginxOptions,
): Promise<Nginx> {
  const root = join(folder.path, name);
  await mkdir(root, { recursive: true });
  // Workers of root's nginx become another user.
  await chmod(folder.path, 0o755);
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'html', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const accessLog = join(root, 'access.log');
  const pidFile = join(root, 'nginx.pid');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${root}/${kind};`,
  );
  const conf = await folder.write(
    `${name}.conf`,
    `daemon ${isDaemon ? 'on' : 'off'};
     worker_processes 2;
     pid ${pidFile};
     error_log stderr notice;
     events {}
     http {
       log_format peers '$remote_addr "$request" $status';
       access_log ${accessLog} peers;
       ${temporary.join(' ')}
       server { listen 80; listen [::]:80; root ${root}/html; ${server} }
     }`,
  );
  // By its full path: nginx starts its next binary by the name that it was started with.
  const program = await host.spawn(pathOf('nginx'), ['-e', 'stderr', '-c', conf], { listening: 80 });
  const requests = async () => (await readFile(accessLog, 'utf8')).split('\n').slice(0, -1);
  const masterPid = async () => {
    const text = await readFile(pidFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return Number(text);
  };
  return { program, requests, masterPid, configFile: conf };
}
