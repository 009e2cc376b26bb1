import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compile, makeFolder } from '../support/programs.js';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../programs/scope.mjs', import.meta.url));

const STILL_WORKS = 'Programs that are started on a host, with spawn() or run(), are on the network all the same';

describe('a Node.js that loads no addons', () => {
  it('is warned once, and starts programs on networks all the same', async () => {
    const { stdout, stderr } = await run(process.execPath, ['--no-addons', PROGRAM]);
    expect(stdout).toBe('laptop\nlaptop\n');
    const message = `The sockets of this process cannot be put on a network: Node.js was started with --no-addons. ${STILL_WORKS}`;
    expect(stderr.split(message)).toHaveLength(2);
    expect(stderr).toContain('[ATTACH_FAILED] SocketWrapperWarning');
  });

  it('is told what to allow, under the permission model', async () => {
    const model = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const allowed = ['--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process'];
    const { stdout, stderr } = await run(process.execPath, [model, ...allowed, PROGRAM]);
    expect(stdout).toBe('laptop\nlaptop\n');
    expect(stderr).toContain('the permission model of Node.js forbids addons, start it with --allow-addons');
  });

  it('is told so when it is linked statically, and starts programs on networks all the same', async () => {
    await using folder = await makeFolder();
    const executable = await compile('nothing', join(folder.path, 'node'), { flags: ['-static'] });
    // What such a build answers, and all that is known of it from outside.
    const program = `
      const { pathToFileURL } = require('node:url');
      process.execPath = process.argv[1];
      process.dlopen = () => { throw new Error('Dynamic loading not supported'); };
      import(pathToFileURL(process.argv[2]));
    `;
    const { stdout, stderr } = await run(process.execPath, ['-e', program, executable, PROGRAM]);
    expect(stdout).toBe('laptop\nlaptop\n');
    expect(stderr).toContain(`attach.node cannot be loaded: Dynamic loading not supported. ${STILL_WORKS}`);
  });

  it('is told so by host.within()', async () => {
    const failure = await run(process.execPath, ['--no-addons', PROGRAM, 'within']).catch((error) => error);
    expect(failure.stderr).toContain('PreloadError: The sockets of this process cannot be put on a network');
    expect(failure.stderr).toContain("code: 'ATTACH_FAILED'");
  });
});
