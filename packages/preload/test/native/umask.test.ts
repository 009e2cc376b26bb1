/** What a umask(2) takes from the files of a network matters to a user who is not root: to root, no file says no. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCapture } from '../../../core/src/pcap.js';
import { makeFolder } from '../support/programs.js';
import { programPath } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { hasNamespaces, runBare, runRedirected } from './support/run.js';

const canCompare = await hasNamespaces();
const PROGRAM = programPath('life_umask');
const AS_USER = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
/** As if the program had made all files of the network itself. */
const WITHOUT_RIGHTS = ['sh', '-c', 'umask 0777; LD_PRELOAD=$0 exec "$@"', LIBRARY];

it.skipIf(!canCompare).each([
  ['of the program', LIBRARY, []],
  ['that it was started with', '', WITHOUT_RIGHTS],
])('is no matter, whether it is one %s', { timeout: 60_000 }, async (_, library, before) => {
  await using folder = await makeFolder('umask-');
  const file = join(folder.path, 'c.pcap');
  const bare = await runBare(PROGRAM);
  const command = [...AS_USER, ...before, PROGRAM];
  expect(bare.ending).toBe('');
  expect(await runRedirected(command, {}, { library })).toEqual(bare);
  expect(await runRedirected(command, { SOCKET_WRAPPER_PCAP_FILE: file }, { library })).toEqual(bare);
  expect(readCapture(await readFile(file)).packets.length).toBeGreaterThan(0);
});
