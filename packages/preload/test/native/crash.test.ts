/** A process may be killed at any instruction; the network it was on goes on. */
import { Network } from '@socket-wrapper/core';
import { execa } from 'execa';
import { beforeEach, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { CRASH } from './support/compile.js';
import { LIBRARY } from './support/paths.js';

/** More in a nightly run: the places to be killed at are many. */
const KILLS = process.env.SOCKET_WRAPPER_TEST_KILLS ?? '200';

beforeEach((context) => requireProgram('cc', context));

it.each([1, 2])(
  'survives processes that are killed in the middle of socket calls (seed %i)',
  { timeout: 120_000 },
  async (seed) => {
    await using network = new Network();
    const { stdout } = await execa(CRASH, [KILLS, `${seed}`], {
      env: { ...network.environment(network.testHost), LD_PRELOAD: LIBRARY },
      all: true,
      reject: false,
    });
    expect(stdout.split('\n')).toEqual([`${KILLS} processes killed`, 'the witness goes on', '16 ports taken']);
    expect(network.sockets()).toEqual([]);
  },
);
