/** A process may be killed at any instruction; the network it was on goes on. */
import { Network } from '@socket-wrapper/core';
import { execa } from 'execa';
import { beforeEach, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { CRASH } from './support/compile.js';
import { LIBRARY } from './support/paths.js';

/** More in a nightly run: the places to be killed at are many. */
const KILLS = process.env.SOCKET_WRAPPER_TEST_KILLS ?? '1000';

beforeEach((context) => requireProgram('cc', context));

it.each([
  { seed: 1, kind: 'unrecorded', recorded: false },
  { seed: 2, kind: 'recorded', recorded: true },
])(
  'survives processes that are killed in the middle of socket calls ($kind network, seed $seed)',
  { timeout: 360_000 },
  async ({ seed, recorded }) => {
    await using network = new Network();
    const environment = network.environment(network.testHost);
    const { stdout } = await execa(CRASH, [KILLS, `${seed}`], {
      env: {
        ...environment,
        LD_PRELOAD: LIBRARY,
        // The ring is full again and again, so that processes die while they take a place in it.
        ...(recorded
          ? {
              SOCKET_WRAPPER_PCAP_FILE: `${environment.SOCKET_WRAPPER_DIR}/.capture`,
              SOCKET_WRAPPER_CAPTURE_BYTES: '65536',
            }
          : {}),
      },
      all: true,
      reject: false,
    });
    expect(stdout.split('\n')).toEqual([`${KILLS} processes killed`, 'the witness goes on', '16 ports taken']);
    expect(network.sockets()).toEqual([]);
  },
);
