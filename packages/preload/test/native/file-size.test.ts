/** Programs that may not make long files (`ulimit -f`, RLIMIT_FSIZE): SIGXFSZ, which the kernel sends for it, is not for what the library writes. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { readFlightRecorder } from '../../../core/src/recording/flight-recorder.js';
import { compileTraffic, TRAFFIC } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { withDirectory } from './support/run.js';

/** Before a program that loads the library: the limit, which the shell would meet as well if it had the library itself. */
const WITH_LIBRARY = ['env', `LD_PRELOAD=${LIBRARY}`];
const WITHOUT_FILES = ['sh', '-c', 'ulimit -f 0 && exec "$@"', 'sh', ...WITH_LIBRARY];

type Variables = Readonly<Record<string, string>>;

async function traffic(directory: string, before: readonly string[], args: readonly string[], variables: Variables) {
  const [command = '', ...rest] = [...before, TRAFFIC, ...args];
  const { signal, exitCode, stdout, stderr } = await execa(command, rest, {
    env: { SOCKET_WRAPPER_DIR: directory, ...variables },
    reject: false,
  });
  return { signal, exitCode, stdout, complaints: stderr.replaceAll(/\[traffic \(\d+\)\]/g, '[traffic]').split('\n') };
}

beforeAll(() => compileTraffic());

it('is told where the network has no table of sockets yet, and its sockets fail', async () => {
  await withDirectory(async (directory) => {
    const { signal, complaints } = await traffic(directory, WITHOUT_FILES, ['half-close'], {});
    expect(signal).toBeUndefined();
    expect(complaints).toEqual([
      `SWRAP_ERROR[traffic] - SOCKET_WRAPPER_DIR is '${directory}', '.state' in it cannot be used: File too large`,
      expect.stringContaining('File too large'),
    ]);
  });
});

it.each(['half-close', 'udp'])('has sockets in a network of others: %s', async (mode) => {
  await withDirectory(async (directory) => {
    await traffic(directory, WITH_LIBRARY, ['half-close'], {});
    const { signal, exitCode, complaints } = await traffic(directory, WITHOUT_FILES, [mode], {});
    expect({ signal, exitCode, complaints }).toEqual({ signal: undefined, exitCode: 0, complaints: [''] });
  });
});

it('goes on when the capture cannot be written, and one line says so', async () => {
  await withDirectory(async (directory) => {
    const variables = { SOCKET_WRAPPER_PCAP_FILE: join(directory, 'c.pcap') };
    await traffic(directory, WITH_LIBRARY, ['half-close'], variables);
    const { signal, exitCode, complaints } = await traffic(directory, WITHOUT_FILES, ['half-close'], variables);
    expect({ signal, exitCode }).toEqual({ signal: undefined, exitCode: 0 });
    expect(complaints).toEqual([
      `SWRAP_ERROR[traffic] - cannot write the capture '${directory}/c.pcap': File too large`,
    ]);
  });
});

it('is recorded by the flight recorder of others', async () => {
  await withDirectory(async (directory) => {
    const ring = join(directory, '.capture');
    const variables = { SOCKET_WRAPPER_PCAP_FILE: ring };
    await traffic(directory, WITH_LIBRARY, ['half-close'], variables);
    const { exitCode, complaints } = await traffic(directory, WITHOUT_FILES, ['half-close'], variables);
    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: [''] });
    await using file = await open(ring);
    const { packets, lostEvents } = readFlightRecorder(file.fd);
    expect([packets.length, lostEvents]).toEqual([2 * 22, 0]);
  });
});
