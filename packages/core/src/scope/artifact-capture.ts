/**
 * Makes the pcapng file of an artifact: the recorded packets, and what a person wants to know who opens it alone.
 */
import { conversationsIn } from '../dissect/conversations.js';
import { LinkType } from '../pcap/link-type.js';
import type { Block } from '../pcapng/blocks/block.js';
import { encodeBlocks } from '../pcapng/writer.js';
import { captureSummary, renderText } from '../render/render-text.js';
import type { RecordedPacket, Recording } from './recording.js';
import type { SidecarHost } from './sidecar.js';
import type { TestIdentity } from './test-identity.js';

/** What the file says of its test. */
export interface CaptureStory {
  /** With the file as people know it, from the root directory. */
  readonly identity: TestIdentity;
  readonly outcome: string;
  readonly error: string | undefined;
  readonly durationMs: number;
}

/** The file, and what is in it. */
export interface ArtifactCapture {
  readonly bytes: Uint8Array;
  readonly packets: number;
  readonly conversations: number;
  readonly summary: string;
  readonly text: string;
}

// An option holds 65535 bytes; nobody reads more of an error than this in a capture's properties.
const MAX_ERROR_LENGTH = 4000;
/** Packets that conversations and text are made of: it takes some 20 us for each, and a test's end has 5 s. */
const MAX_TOLD_PACKETS = 20_000;
/** How much of the traffic a failure message shows. */
const LAST_STEPS = 30;
const NANOSECONDS = 9;

/** The capture as a pcapng file: one interface, the hosts' names, and a comment that names the test. */
export function artifactCapture(
  recording: Recording,
  story: CaptureStory,
  hosts: readonly SidecarHost[],
): ArtifactCapture {
  const { packets, loss } = recording;
  const names = new Map(hosts.flatMap(({ name, ipv4, ipv6 }) => [[ipv4, name] as const, [ipv6, name] as const]));
  const told = packets.slice(-MAX_TOLD_PACKETS);
  const toldSummary = captureSummary(told);
  const text = renderText({ packets: told, names, blocks: [] }, { last: LAST_STEPS });
  return {
    bytes: encodeBlocks(blocksOf(packets, commentOf(story, loss), hosts)),
    packets: packets.length,
    conversations: conversationsIn(told).length,
    summary: told.length === packets.length ? toldSummary : `${packets.length} packets, the last ${toldSummary}`,
    // Whoever shows the text shows the summary above it.
    text: text.startsWith(toldSummary) ? text.slice(toldSummary.length).replace(/^\n+/, '') : text,
  };
}

function* blocksOf(
  packets: readonly RecordedPacket[],
  comment: string,
  hosts: readonly SidecarHost[],
): Generator<Block> {
  yield { type: 'section-header', byteOrder: 'little', application: 'socket-wrapper', comments: [comment] };
  yield {
    type: 'interface-description',
    linkType: LinkType.RAW,
    snapLength: 0,
    name: 'socket-wrapper',
    description: hosts.map(({ name, ipv4 }) => `${name} ${ipv4}`).join(', '),
    timeResolution: NANOSECONDS,
  };
  yield {
    type: 'name-resolution',
    records: hosts.flatMap(({ name, ipv4, ipv6 }) =>
      [ipv4, ipv6].map((address) => ({ kind: 'ip' as const, address, names: [name] })),
    ),
  };
  for (const { timestampNs, originalLength, data } of packets) {
    yield { type: 'enhanced-packet', interfaceId: 0, timestamp: timestampNs, originalLength, data };
  }
}

function commentOf({ identity, outcome, error, durationMs }: CaptureStory, loss: string | undefined): string {
  const { file, line, fullName, attempt } = identity;
  const lines = [
    fullName,
    line === undefined ? file : `${file}:${line}`,
    `${outcome} after ${Math.round(durationMs)} ms${attempt === 0 ? '' : `, retry ${attempt}`}`,
  ];
  if (error !== undefined) lines.push('', error.slice(0, MAX_ERROR_LENGTH));
  if (loss !== undefined) lines.push('', `Incomplete: ${loss}`);
  return lines.join('\n');
}
