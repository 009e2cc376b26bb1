import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';

describe('rsync', () => {
  it.for(['-4', '-6'] as const)(
    'copies both ways to and from a daemon with %s',
    async (family, { network, folder, skip }) => {
      requireProgram('rsync', { skip });
      for (const name of ['store', 'mine']) await mkdir(join(folder.path, name));
      const log = join(folder.path, 'log');
      const config = await folder.write(
        'rsyncd.conf',
        `use chroot = no
log file = ${log}
lock file = ${folder.path}/lock
reverse lookup = yes
[store]
path = ${folder.path}/store
read only = no
${process.geteuid?.() === 0 ? 'uid = root\ngid = root' : ''}
`,
      );
      const store = network.host('store');
      // With a socket for standard input, it would take itself to be started by inetd.
      const server = await store.spawn('rsync', ['--daemon', '--no-detach', `--config=${config}`], { listening: 873 });

      const bytes = Buffer.alloc(3_000_000, 'text that repeats itself, ');
      await writeFile(join(folder.path, 'mine', 'file'), bytes);
      const laptop = network.host('laptop');
      const rsync = (...args: string[]) => laptop.run('rsync', [family, '-a', ...args]);
      await rsync(`${folder.path}/mine/file`, 'rsync://store/store/');
      expect((await readFile(join(folder.path, 'store', 'file'))).equals(bytes)).toBe(true);
      await rsync('rsync://store/store/file', `${folder.path}/back`);
      expect((await readFile(join(folder.path, 'back'))).equals(bytes)).toBe(true);

      const address = family === '-4' ? laptop.ipv4 : laptop.ipv6;
      expect(await readFile(log, 'utf8')).toContain(`connect from laptop (${address})`);
      await expectToStop(server);
    },
  );
});
