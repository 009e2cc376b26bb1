/** Other libraries that stand beside this one in a program, in front of it or behind it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { readCapture } from '../../../core/src/pcap.js';
import { makeFolder, requireProgram } from '../support/programs.js';
import { compilePlainPrograms, compileTraffic, programPath, TRAFFIC } from './support/compile.js';
import { BUILD, LIBRARY } from './support/paths.js';
import { hasNamespaces, runBare, runRedirected, withDirectory } from './support/run.js';

const SOURCES = fileURLToPath(new URL('../../native/test/beside/', import.meta.url));
const canCompare = await hasNamespaces();

beforeEach((context) => requireProgram('cc', context));

async function compileLibrary(name: string, folder: string): Promise<string> {
  const library = join(folder, `lib${name}.so`);
  await execa('cc', ['-Wall', '-Werror', '-shared', '-fPIC', join(SOURCES, `${name}.c`), '-o', library]);
  return library;
}

describe('a library that gives the program another time', { timeout: 120_000 }, () => {
  /** Programs for which the library itself waits, and looks how long. */
  const waiting = ['connect_itself', 'data_full', 'data_nonblocking_fill', 'data_odd_ways', 'poll_full_shut'];

  it.skipIf(!canCompare).each(waiting)('does not make %s wait for ever', async (name) => {
    await using folder = await makeFolder('clock-');
    const clock = await compileLibrary('stopped_clock', folder.path);
    const bare = await runBare([`LD_PRELOAD=${clock}`, programPath(name)]);
    expect(bare.ending).toBe('');
    for (const library of [`${clock}:${LIBRARY}`, `${LIBRARY}:${clock}`]) {
      expect(await runRedirected(programPath(name), {}, { library })).toEqual(bare);
    }
  });

  it('leaves the times of a capture what they are', async () => {
    await compileTraffic();
    await using folder = await makeFolder('clock-');
    const clock = await compileLibrary('stopped_clock', folder.path);
    await withDirectory(async (directory) => {
      const file = join(directory, 'c.pcap');
      const env = {
        LD_PRELOAD: `${clock}:${LIBRARY}`,
        SOCKET_WRAPPER_DIR: directory,
        SOCKET_WRAPPER_PCAP_FILE: file,
      };
      const before = BigInt(Date.now()) * 1_000_000n;
      await execa(TRAFFIC, ['half-close'], { env, timeout: 60_000, killSignal: 'SIGKILL' });
      const after = BigInt(Date.now() + 1) * 1_000_000n;
      const times = readCapture(await readFile(file)).packets.map(({ timestampNs = 0n }) => timestampNs);
      expect(times).toHaveLength(22);
      // The file has microseconds.
      expect(times.every((time) => time >= before - 1000n && time <= after)).toBe(true);
    });
  });
});

describe.skipIf(!canCompare)('the runtime of AddressSanitizer', { timeout: 120_000 }, () => {
  it('need not be preloaded in front of the library', async () => {
    const name = 'data_calls';
    const folder = join(BUILD, 'beside');
    await compilePlainPrograms([name], folder, { flags: ['-fsanitize=address'] });
    const bare = await runBare(join(folder, name));
    expect(bare.ending).toBe('');
    expect(await runRedirected(join(folder, name))).toEqual(bare);
  });
});

describe('a library that LD_PRELOAD names without its path', () => {
  const env = 'env -i /bin/sh -c "echo \\$LD_PRELOAD"';

  it.each([
    ['is left out', (path: string) => `${LIBRARY}:libstopped_clock.so:${path}`],
    ['is left out in front of this one', (path: string) => `libstopped_clock.so ${LIBRARY} ${path}`],
    ['is found by its path when it is this one', (path: string) => `libsocket_wrapper.so:${path}`],
  ])('%s for a program with no environment, which has no LD_LIBRARY_PATH either', async (_, list) => {
    await using folder = await makeFolder('names-');
    const clock = await compileLibrary('stopped_clock', folder.path);
    await withDirectory(async (directory) => {
      const { stdout, stderr } = await execa('sh', ['-c', env], {
        env: {
          LD_PRELOAD: list(clock),
          LD_LIBRARY_PATH: `${join(LIBRARY, '..')}:${folder.path}`,
          SOCKET_WRAPPER_DIR: directory,
        },
      });
      expect({ stdout, stderr }).toEqual({ stdout: `${LIBRARY}:${clock}`, stderr: '' });
    });
  });
});
