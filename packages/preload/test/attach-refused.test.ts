import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('programs/scope.mjs', import.meta.url));

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

  it('is told so by host.within()', async () => {
    const failure = await run(process.execPath, ['--no-addons', PROGRAM, 'within']).catch((error) => error);
    expect(failure.stderr).toContain('PreloadError: The sockets of this process cannot be put on a network');
    expect(failure.stderr).toContain("code: 'ATTACH_FAILED'");
  });
});
