/**
 * A proxy between a client and a server: by its word a capture is judged.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { ProgramHost, SpawnedProgram } from '../../../src/index.js';
import { type FollowedStream, followedStreams } from '../../native/support/tshark.js';

/** What one side of a connection sent. */
export interface Said {
  readonly bytes: number;
  readonly sha256: string;
}

/** What both sides of a connection sent. */
export interface Exchange {
  readonly client: Said;
  readonly server: Said;
}

const PROGRAM = fileURLToPath(new URL('../../programs/wiretap.mjs', import.meta.url));

/** Passes on what comes to `port` of `host` to the same port of `server`. */
export async function tap(host: ProgramHost, server: ProgramHost, port: number): Promise<SpawnedProgram> {
  return host.spawn('node', [PROGRAM, String(port), server.name, String(port)], { listening: port });
}

/** The first `count` connections that were over, in that order. */
export async function exchanges(tap: SpawnedProgram, count: number): Promise<Exchange[]> {
  const found: Exchange[] = [];
  for await (const { stream, text } of tap.lines()) {
    if (stream === 'stdout') found.push(JSON.parse(text) as Exchange);
    if (found.length === count) return found;
  }
  throw new Error(`The proxy ended after ${found.length} of ${count} connections: ${tap.output()}`);
}

/** All TCP connections of a capture file, as Wireshark follows them, sorted; with `tls` decrypted. */
export async function followed(file: string, protocol: 'tcp' | 'tls' = 'tcp'): Promise<Exchange[]> {
  return sorted((await followedStreams(file, protocol)).map(exchangeOf));
}

/** What a capture has to show of `exchanges`: each twice, in front of the proxy and behind it. */
export function onBothSides(found: readonly Exchange[]): Exchange[] {
  return sorted([...found, ...found]);
}

function exchangeOf({ client, server }: FollowedStream): Exchange {
  return { client: saidIn(client.data), server: saidIn(server.data) };
}

/** What `data` is, when it is all that was said. */
export function saidIn(data: Uint8Array): Said {
  return { bytes: data.byteLength, sha256: createHash('sha256').update(data).digest('hex') };
}

function sorted(found: readonly Exchange[]): Exchange[] {
  const key = ({ client, server }: Exchange) => `${client.sha256} ${server.sha256}`;
  return [...found].sort((a, b) => key(a).localeCompare(key(b)));
}
