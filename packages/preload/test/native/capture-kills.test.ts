/** What a process had sent when SIGKILL met it amid of a send is in the capture, and nothing that nobody received. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Network } from '@socket-wrapper/core';
import { encodePcap, LinkType } from '@socket-wrapper/core/pcap';
import { execa } from 'execa';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { isInstalled, requireProgram } from '../support/programs.js';
import { compileTraffic, TRAFFIC } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { withDirectory } from './support/run.js';
import { type Stream, streamsByClientPort } from './support/tshark.js';

const TIMEOUT_MS = 180_000;
/** More in a nightly run: the places to be killed at are many. */
const KILLS = process.env['SOCKET_WRAPPER_TEST_KILLS'] ?? '100';

beforeAll(async () => {
  if (isInstalled('cc')) await compileTraffic();
}, TIMEOUT_MS);
beforeEach((context) => requireProgram('cc', context));

/** What the receivers got, by the port of the sender. */
async function killSenders(environment: Record<string, string | undefined>): Promise<Map<number, Stream['client']>> {
  const { stdout } = await execa(TRAFFIC, ['kills', KILLS], {
    env: { LD_PRELOAD: LIBRARY, ...environment },
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  return new Map(
    stdout.split('\n').map((line) => {
      const [, port, bytes, crc] = line.split(' ');
      return [Number(port), { bytes: Number(bytes), crc: Number.parseInt(crc ?? '', 16) }];
    }),
  );
}

/** What a capture file says that senders sent; a gap in a stream or a byte twice is an error. */
async function sentIn(file: string): Promise<Map<number, Stream['client']>> {
  return new Map([...(await streamsByClientPort(file))].map(([port, { client }]) => [port, client]));
}

it('records what killed processes had sent in a capture file', { timeout: TIMEOUT_MS }, async () => {
  await withDirectory(async (directory) => {
    const file = join(directory, 'capture.pcap');
    const received = await killSenders({ SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_PCAP_FILE: file });
    expect(await sentIn(file)).toEqual(received);
  });
});

it('records what killed processes had sent in the flight recorder', { timeout: TIMEOUT_MS }, async () => {
  await using network = new Network();
  const received = await killSenders(network.environment(network.testHost));
  const packets = network.capture.packets();
  await withDirectory(async (directory) => {
    const file = join(directory, 'capture.pcap');
    await writeFile(file, encodePcap(packets, { linkType: LinkType.RAW }));
    const recorded = await sentIn(file);
    // Of more than is kept the oldest went first: senders as a whole, and the beginning of one. Ports count up.
    const [oldest = 0] = [...recorded.keys()].sort((a, b) => a - b);
    const isKept = ([port]: [number, unknown]) => recorded.size === received.size || port > oldest;
    const kept = [...received].filter(isKept);
    expect(kept.length).toBeGreaterThan(0);
    expect(new Map([...recorded].filter(isKept))).toEqual(new Map(kept));
  });
});
