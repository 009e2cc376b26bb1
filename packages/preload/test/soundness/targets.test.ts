/** What a release ships for each machine and libc: builds without a warning, and asks nothing of a machine but its libc. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeProof } from './proof.js';
import { buildFor, builtFor, TARGETS, TARGETS_THAT_RUN } from './targets.js';

const FILES = ['libsocket_wrapper.so', 'libsocket_wrapper_noop.so', 'attach.node', 'socket-wrapper-janitor'];
/** The oldest glibc that Node.js 20 runs on. */
const GLIBC_FLOOR: readonly number[] = [2, 28];
/** Functions that glibc alone has: 64-bit twins, flags for reads and writes, and names asked for in the background. */
const OF_GLIBC_ALONE = [
  '__open64_2',
  '__open_2',
  '__openat64_2',
  '__openat_2',
  'fopen64',
  'freopen64',
  'getaddrinfo_a',
  'open64',
  'openat64',
  'preadv2',
  'preadv64v2',
  'pwritev2',
  'pwritev64v2',
  'sendfile64',
];
const LIBCS = {
  gnu: ['libc.so.6', 'libdl.so.2', 'libpthread.so.0', 'ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'],
  musl: ['libc.so'],
};

/** The libc that the files for musl are loaded with, where it is installed. */
const MUSL = '/lib/ld-musl-x86_64.so.1';

/** The two that the other files run, unless told otherwise: each takes a minute of a processor. */
const CHOSEN = process.env.SOCKET_WRAPPER_TEST_TARGETS === 'all' ? TARGETS : TARGETS_THAT_RUN;

await describeProof('a release', { programs: ['nm', 'readelf'], namespaces: false }, () => {
  describe.each(CHOSEN)('for %s', (target) => {
    const libc = target.endsWith('musl') ? 'musl' : 'gnu';
    beforeAll(async () => {
      const said = await buildFor(target);
      expect(said.split('\n').filter((line) => /warning:|error:/.test(line))).toEqual([]);
    }, 600_000);

    it('exports the functions of the list and no others', async () => {
      const list = await readFile(new URL('../../native/exported-symbols.txt', import.meta.url), 'utf8');
      const listed = list.trim().split('\n');
      const expected = libc === 'gnu' ? listed : listed.filter((name) => !OF_GLIBC_ALONE.includes(name));
      expect(namesIn(await symbols(builtFor(target, 'libsocket_wrapper.so'), '--defined-only'))).toEqual(
        expected.sort(),
      );
    });

    it.each(FILES)('links %s with libc alone', async (file) => {
      const { stdout } = await execa('readelf', ['--dynamic', '--wide', builtFor(target, file)]);
      const needed = [...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
      expect(needed.filter((name) => name === undefined || !LIBCS[libc].includes(name))).toEqual([]);
    });

    const gnu = libc === 'gnu' ? FILES : [];
    it.each(gnu)('asks in %s for no function that came after glibc 2.28', async (file) => {
      const wanted = await symbols(builtFor(target, file), '--undefined-only');
      const versions = [...wanted.matchAll(/@GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [
        Number(major),
        Number(minor),
      ]);
      // The no-op library needs no libc at all.
      if (file !== 'libsocket_wrapper_noop.so') expect(versions.length).toBeGreaterThan(0);
      expect(versions.filter((version) => isLater(version, GLIBC_FLOOR))).toEqual([]);
    });

    const musl = target === 'linux-x64-musl' && existsSync(MUSL) ? FILES : [];
    it.each(musl)('asks in %s for no function that musl does not have', async (file) => {
      const functions = new Set(namesIn(await symbols(MUSL, '--defined-only')));
      const wanted = await symbols(builtFor(target, file), '--undefined-only');
      // Weak symbols (w) may be missing, and Node.js has what addons ask it for.
      const strong = wanted.split('\n').filter((line) => / U /.test(line));
      expect(namesIn(strong.join('\n')).filter((name) => !functions.has(name) && !name.startsWith('napi_'))).toEqual(
        [],
      );
    });
  });
});

async function symbols(file: string, which: '--defined-only' | '--undefined-only'): Promise<string> {
  const { stdout } = await execa('nm', ['--dynamic', which, file]);
  return stdout;
}

/** In alphabetical order. */
function namesIn(symbols: string): string[] {
  const names = symbols.split('\n').flatMap((line) => line.split(' ').at(-1) ?? []);
  return names
    .map((name) => name.replace(/@.*/, ''))
    .filter((name) => name !== '')
    .sort();
}

function isLater(
  [major = 0, minor = 0]: readonly number[],
  [floorMajor = 0, floorMinor = 0]: readonly number[],
): boolean {
  return major > floorMajor || (major === floorMajor && minor > floorMinor);
}
