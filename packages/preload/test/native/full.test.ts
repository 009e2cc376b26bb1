/** A network whose file system is full: calls fail, and no program is ended by a SIGBUS, which is what storing to the page of a file without room is. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from './support/compile.js';
import { BUILD, LIBRARY } from './support/paths.js';
import { hasNamespaces, withDirectory } from './support/run.js';

const SOURCE = fileURLToPath(new URL('../../native/test/full/until_full.c', import.meta.url));
const PROGRAM = join(BUILD, 'until_full');
const canMount = await hasNamespaces();

/** Runs the program on a network that has so much room, on a tmpfs of its own. */
async function run(kilobytes: number, variables: Readonly<Record<string, string>>) {
  return withDirectory(async (directory) => {
    const script =
      'mount -t tmpfs -o size="$1k" none "$SOCKET_WRAPPER_DIR" && cd "$SOCKET_WRAPPER_DIR" && exec env LD_PRELOAD="$2" "$3"';
    const { signal, exitCode, stdout, stderr } = await execa(
      'unshare',
      ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', `${kilobytes}`, LIBRARY, PROGRAM],
      { env: { SOCKET_WRAPPER_DIR: directory, ...variables }, reject: false, timeout: 30_000, killSignal: 'SIGKILL' },
    );
    return { signal, exitCode, stdout, stderr };
  });
}

describe.skipIf(!canMount).each([
  ['not recorded', {}],
  ['recorded into a file', { SOCKET_WRAPPER_PCAP_FILE: 'capture.pcap' }],
  ['recorded', { SOCKET_WRAPPER_PCAP_FILE: '.capture' }],
])('a network that is %s', { timeout: 120_000 }, (_, variables) => {
  beforeAll(async () => compile({ output: PROGRAM, sources: [SOURCE] }));

  it('refuses sockets, ports and groups where there is no room for them', async () => {
    const met = new Set<string>();
    for (let kilobytes = 4; kilobytes <= 256; kilobytes += 12) {
      const { stdout, stderr, ...ending } = await run(kilobytes, variables);
      expect({ kilobytes, ...ending }).toEqual({ kilobytes, signal: undefined, exitCode: 0 });
      for (const error of stdout.split(' ').slice(1)) met.add(error);
      expect(stderr).toContain('the file system is full');
    }
    expect([...met]).toEqual(expect.arrayContaining(['ENFILE', 'ENOSPC']));
  });

  it('refuses nothing where there is', async () => {
    const { stdout } = await run(32_768, variables);
    expect(stdout).toBe('all');
  });
});
