/**
 * What a test of a real program gets: a network, a folder, and the certainty that nothing of either stays behind.
 */

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import { createNetwork, type ProgramNetwork, type SpawnedProgram } from '../../../src/index.js';
import { isAlive } from '../../support/programs.js';

/** A folder for the configuration and the data of programs. */
export interface Folder {
  readonly path: string;
  /** Writes a file, and gives its path. */
  write(name: string, text: string, options?: { readonly mode?: number }): Promise<string>;
}

interface Fixtures {
  readonly network: ProgramNetwork;
  readonly folder: Folder;
}

/** `it` of Vitest, with a network that fails the test when a process or its directory outlives it. */
export const it = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs.
  folder: async ({}, use) => {
    const path = await mkdtemp(join(tmpdir(), 'real-'));
    const write = async (name: string, text: string, { mode = 0o644 } = {}) => {
      await writeFile(join(path, name), text, { mode });
      return join(path, name);
    };
    await use({ path, write });
    await rm(path, { recursive: true, force: true });
  },
  // The folder is asked for so that it is removed after the programs that use it have ended.
  network: async ({ folder: _ }, use) => {
    const network = createNetwork();
    await use(network);
    await expectCleanEnd(network);
  },
});

/** Ends the network, and makes sure that neither a process nor the directory is left. */
export async function expectCleanEnd(network: ProgramNetwork): Promise<void> {
  const pids = network.processes().map(({ pid }) => pid);
  await network.dispose();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(network.directory)).toBe(false);
}

/** Stops a program, and makes sure that none of its processes and sockets is left. */
export async function expectToStop(program: SpawnedProgram): Promise<void> {
  const { network } = program.host;
  const pids = network.processes().filter(({ spawn }) => spawn === program.spawn);
  expect(pids.length).toBeGreaterThan(0);
  await program.stop();
  expect(pids.filter(({ pid }) => isAlive(pid))).toEqual([]);
  // The first thread of a process may be gone before the last, which still holds its descriptors.
  await expect.poll(() => network.sockets().filter(({ spawn }) => spawn === program.spawn)).toEqual([]);
}

/** Waits until the program has written a line that matches, and gives that line. */
export async function lineOf(program: SpawnedProgram, pattern: RegExp): Promise<string> {
  for await (const { text } of program.lines()) if (pattern.test(text)) return text;
  throw new Error(`${program.command} ended without a line like ${pattern}: ${program.output()}`);
}
