/** The servers of the shop, and what to do where one of them is not installed. */

import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { ProgramHost } from 'vitest-plugin-socket-wrapper';

/** Skips the test when one of the programs is not installed. */
export function needs(names: readonly string[], { skip }: Pick<TestContext, 'skip'>): void {
  const missing = names.filter((name) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status !== 0);
  if (missing.length > 0) skip(`needs ${missing.join(', ')}`);
}

/** Starts nginx on port 80 of `host`. `location` is what it does with requests, such as `return 200 "Hello";`. */
export async function startNginx(host: ProgramHost, location: string): Promise<void> {
  // What lies in the directory of the network goes when the network does.
  const folder = join(host.network.directory, `nginx-${host.name}`);
  await mkdir(folder);
  // Workers of another user could not write into the directory of the network, which belongs to this one.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    join(folder, 'nginx.conf'),
    `${user}
daemon off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 80;
    listen [::]:80;
    location / { ${location} }
  }
}
`,
  );
  await host.spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', 'nginx.conf'], { listening: 80 });
}

/** Starts redis on port 6379 of `host`, with nothing in it. */
export async function startRedis(host: ProgramHost): Promise<void> {
  await host.spawn('redis-server', ['--save', '', '--bind', '*', '-::*', '--protected-mode', 'no'], {
    listening: 6379,
  });
}

/** Starts a web server in Node.js on port 80 of `host`, with the body of a function `(request, response)`. */
export async function startNode(host: ProgramHost, handler: string): Promise<void> {
  const program = `require('node:http').createServer((request, response) => { ${handler} }).listen(80)`;
  await host.spawn(process.execPath, ['-e', program], { listening: 80 });
}

/** What a program in Node.js on `host` gets from `url`. */
export async function fetchOn(host: ProgramHost, url: string): Promise<string> {
  const program =
    'fetch(process.argv[1]).then((response) => response.text()).then((text) => process.stdout.write(text))';
  return (await host.run(process.execPath, ['-e', program, url])).stdout;
}
