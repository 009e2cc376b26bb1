import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { installedCopy } from './support/installed-copy.js';
import { makeFolder } from './support/programs.js';

const run = promisify(execFile);

/** What is said of the package that holds the native files. */
const NOT_INSTALLED =
  /: the package @socket-wrapper\/preload-linux-(x64|arm64)-(gnu|musl) is not installed\. It is an optional dependency of @socket-wrapper\/preload: install without --omit=optional, and without node_modules and a lockfile that were made on another system$/;

/** Prints what each way to a network ends in, and what was listened to on the real one meanwhile. */
const PROGRAM = `
  if (process.argv[2] !== undefined) Object.defineProperty(process, 'platform', { value: process.argv[2] });
  const { createServer } = await import('node:net');
  const { createNetwork, openScope, withNetwork } = await import(process.argv[1]);
  let hasListened = false;
  const listen = () => { hasListened = true; createServer().listen(0, '127.0.0.1').unref(); };
  const ways = {
    openScope: () => openScope({ file: 'a', fullName: 'a', attempt: 0 }).run(listen),
    withNetwork: () => withNetwork(listen)(),
    run: async () => { const network = createNetwork(); await network.testHost.run('true').finally(() => network.dispose()); },
  };
  const errors = {};
  for (const [name, way] of Object.entries(ways)) {
    try { await way(); } catch ({ name: error, code, message }) { errors[name] = { error, code, message }; }
  }
  console.log(JSON.stringify({ errors, hasListened }));
`;

/** Package managers set NODE_PATH for what they run, and the packages of this repository are found there. */
const ENVIRONMENT = { ...process.env, NODE_PATH: '' };

let folder: Awaited<ReturnType<typeof makeFolder>>;
let preload: string;

beforeAll(async () => {
  folder = await makeFolder();
  preload = await installedCopy(folder.path, { native: false });
  return () => folder[Symbol.asyncDispose]();
});

async function errorsOf(...args: string[]) {
  const index = pathToFileURL(join(preload, 'dist/bundled/index.js')).href;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM, index, ...args], {
    cwd: folder.path,
    env: ENVIRONMENT,
  });
  return { ...JSON.parse(stdout), stderr };
}

describe('without the native library', () => {
  it('a test fails instead of using the real network, and is told what to install', async () => {
    const { errors, hasListened, stderr } = await errorsOf();
    const error = { error: 'PreloadError', code: 'LIBRARY_NOT_FOUND', message: expect.stringMatching(NOT_INSTALLED) };
    expect(errors).toEqual({ openScope: error, withNetwork: error, run: error });
    expect(hasListened).toBe(false);
    expect(stderr).toBe('');
  });

  it.each(['darwin', 'win32'])('a test is told on %s that there is none', async (platform) => {
    const { errors, hasListened } = await errorsOf(platform);
    const message = `Cannot choose a library for ${process.execPath}: socket-wrapper works on Linux, this is ${platform}`;
    const error = { error: 'PreloadError', code: 'LIBRARY_NOT_FOUND', message };
    expect(errors).toEqual({ openScope: error, withNetwork: error, run: error });
    expect(hasListened).toBe(false);
  });

  it('the doctor gives the reason once', async () => {
    const doctor = await run(process.execPath, [join(preload, 'dist/cli/main.js'), 'doctor'], {
      env: ENVIRONMENT,
    }).catch((error) => error);
    expect(doctor.code).toBe(1);
    expect(doctor.stdout.split('is not installed')).toHaveLength(2);
    expect(doctor.stdout).toContain('FAIL  preloading: not tried, because there is no library\n');
    expect(doctor.stdout).toContain('FAIL  janitor: not tried, because there is no library\n');
  });
});
