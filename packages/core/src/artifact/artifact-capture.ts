/**
 * Makes the pcapng file of an artifact: the recorded packets, and what a person wants to know who opens it alone.
 */
import type { ReadingOptions } from '../dissect/conversation.js';
import { conversationsIn } from '../dissect/conversations.js';
import { plural } from '../dissect/protocols/units.js';
import { LinkType } from '../pcap/link-type.js';
import type { Block } from '../pcapng/blocks/block.js';
import { SecretsType } from '../pcapng/blocks/decryption-secrets.js';
import { encodeBlocks } from '../pcapng/writer.js';
import type { RecordedPacket, Recording } from '../recording/recording.js';
import { drawText } from '../render/render-text.js';
import type { NetworkNote } from '../timeline/note-log.js';
import { journalBlock, noteTimeNs } from './journal.js';
import { type PacketComments, packetComments, withHints } from './packet-comments.js';
import { type Ownership, type PacketOwner, PacketOwners } from './packet-owners.js';
import type { TestIdentity } from './test-identity.js';

/** What the file says of its test. */
export interface CaptureStory {
  /** With the file as people know it, from the root directory. */
  readonly identity: TestIdentity;
  readonly outcome: string;
  readonly error: string | undefined;
  /** `undefined` while it goes on. */
  readonly durationMs: number | undefined;
}

/** What was found on the network, without secrets. */
export interface CaptureContents extends Ownership {
  readonly recording: Recording;
  /** On the time line, between the packets. */
  readonly notes: readonly NetworkNote[];
  /** The end of a test that failed, behind the notes. */
  readonly failure: NetworkNote | undefined;
  /** What may be kept of what SSLKEYLOGFILE holds, if anything. */
  readonly tlsKeys: Uint8Array | undefined;
  /** How conversations are read for the text. */
  readonly reading: ReadingOptions;
}

/** The file, and what is in it. */
export interface ArtifactCapture {
  readonly bytes: Uint8Array;
  readonly packets: number;
  readonly conversations: number;
  readonly summary: string;
  readonly text: string;
  /** The attempts to leave the network. */
  readonly escapes: readonly string[];
}

// An option holds 65535 bytes; nobody reads more of an error or a command line than this in a capture's properties.
const MAX_COMMENT_LENGTH = 4000;
/** Packets that conversations and text are made of: it takes some 5 us for each, and a test's end has 5 s. */
const MAX_TOLD_PACKETS = 50_000;
/** How much of the time line a failure message shows. */
const LAST_STEPS = 40;
const NANOSECONDS = 9;
const TIME_RESOLUTION = { timeResolution: NANOSECONDS } as const;

/** The capture as a pcapng file: an interface for each sender, names, keys, what was said, and a comment that names the test. */
export function artifactCapture(contents: CaptureContents, story: CaptureStory | undefined): ArtifactCapture {
  const { recording, hosts } = contents;
  const { packets } = recording;
  const names = new Map(hosts.flatMap(({ name, ipv4, ipv6 }) => [[ipv4, name] as const, [ipv6, name] as const]));
  const interfaces = new Interfaces(contents, packets);
  const senders = packets.map((packet) => interfaces.of(packet));

  const firstTold = Math.max(0, packets.length - MAX_TOLD_PACKETS);
  const told = packets.slice(firstTold);
  const conversations = conversationsIn(told, contents.reading);
  const { comments, hints, escapes } = packetComments(conversations, {
    hosts: names,
    sockets: contents.sockets,
    ownerOf: (packet) => interfaces.owners[senders[firstTold + packet] ?? 0]?.name,
  });
  const toldSummary = `${plural(told.length, 'packet')}, ${plural(conversations.length, 'conversation')}`;
  // In a ladder refused connections tell of themselves; what has its own row in Wireshark has one here.
  const journal = inOrderOfTime(toldNotes(contents)).map(journalBlock);
  const text = drawText(
    { packets: withHints(told, hints), conversations, names, blocks: journal },
    { last: LAST_STEPS },
  );
  const all = { ...contents, senders, interfaces: interfaces.owners, comments, firstTold };
  return {
    bytes: encodeBlocks(blocksOf(all, commentOf(story, recording.loss, escapes))),
    packets: packets.length,
    conversations: conversations.length,
    summary: told.length === packets.length ? toldSummary : `${packets.length} packets, the last ${toldSummary}`,
    // Whoever shows the text shows the summary above it.
    text: text.startsWith(toldSummary) ? text.slice(toldSummary.length).replace(/^\n+/, '') : text,
    escapes,
  };
}

/** Text is shown below the error, so of the failure it says no more than when it was; and by itself, nothing. */
function toldNotes({ notes, failure, recording }: CaptureContents): readonly NetworkNote[] {
  const isNothing = notes.length === 0 && recording.packets.length === 0;
  return failure === undefined || isNothing ? notes : [...notes, { ...failure, text: 'failed' }];
}

/** Numbers the owners of packets. */
class Interfaces {
  readonly owners: PacketOwner[] = [];
  readonly #numbers = new Map<PacketOwner, number>();
  readonly #packetOwners: PacketOwners;

  constructor(ownership: Ownership, packets: readonly RecordedPacket[]) {
    this.#packetOwners = new PacketOwners(ownership, packets);
  }

  of(packet: RecordedPacket): number {
    const owner = this.#packetOwners.ownerOf(packet) ?? OUTSIDE;
    const known = this.#numbers.get(owner);
    if (known !== undefined) return known;
    this.#numbers.set(owner, this.owners.length);
    return this.owners.push(owner) - 1;
  }
}

/** Who sent what no host of the network can have sent. */
const OUTSIDE: PacketOwner = { name: 'unknown', description: 'an address of no host of the network', comments: [] };
/** A capture without packets needs an interface nonetheless. */
const NOTHING: PacketOwner = { name: 'socket-wrapper', description: 'no packets were recorded', comments: [] };

interface BlockContents extends CaptureContents {
  /** The number of the interface of each packet. */
  readonly senders: readonly number[];
  readonly interfaces: readonly PacketOwner[];
  readonly comments: PacketComments['comments'];
  /** The packet that `comments` count from. */
  readonly firstTold: number;
}

function* blocksOf(contents: BlockContents, comment: string): Generator<Block> {
  const { hosts, tlsKeys, interfaces, recording } = contents;
  yield { type: 'section-header', byteOrder: 'little', application: 'socket-wrapper', comments: [comment] };
  for (const { name, description, comments } of interfaces.length > 0 ? interfaces : [NOTHING]) {
    yield {
      type: 'interface-description',
      linkType: LinkType.RAW,
      snapLength: 0,
      name,
      description,
      ...TIME_RESOLUTION,
      comments: comments.map((text) => text.slice(0, MAX_COMMENT_LENGTH)),
    };
  }
  yield {
    type: 'name-resolution',
    records: hosts.flatMap(({ name, ipv4, ipv6 }) =>
      [ipv4, ipv6].map((address) => ({ kind: 'ip' as const, address, names: [name] })),
    ),
  };
  if (tlsKeys !== undefined && tlsKeys.byteLength > 0) {
    yield { type: 'decryption-secrets', secretsType: SecretsType.TLS_KEY_LOG, data: tlsKeys };
  }
  yield* timeLine(contents);
  yield* statisticsOf(contents.senders, recording);
}

/** Packets and notes by time. */
function* timeLine({ recording, notes, failure, senders, comments, firstTold }: BlockContents): Generator<Block> {
  const waiting = inOrderOfTime(failure === undefined ? notes : [...notes, failure]);
  let next = 0;
  for (const [index, { timestampNs, originalLength, data }] of recording.packets.entries()) {
    for (let note = waiting[next]; note !== undefined && noteTimeNs(note) < timestampNs; note = waiting[++next]) {
      yield journalBlock(note);
    }
    const comment = comments.get(index - firstTold);
    yield {
      type: 'enhanced-packet',
      interfaceId: senders[index] ?? 0,
      timestamp: timestampNs,
      originalLength,
      data,
      ...(comment === undefined ? {} : { comments: [comment] }),
    };
  }
  for (const note of waiting.slice(next)) yield journalBlock(note);
}

/** What each interface sent; what the recorder lost is known only of all together, and stands with the first. */
function* statisticsOf(senders: readonly number[], { packets, dropped }: Recording): Generator<Block> {
  const counts = new Map<number, bigint>([[0, 0n]]);
  for (const sender of senders) counts.set(sender, (counts.get(sender) ?? 0n) + 1n);
  const startTime = packets[0]?.timestampNs ?? 0n;
  const endTime = packets.at(-1)?.timestampNs ?? 0n;
  for (const [interfaceId, received] of [...counts].sort(([a], [b]) => a - b)) {
    const lost = interfaceId === 0 ? { dropped: BigInt(dropped) } : {};
    const times = packets.length === 0 ? {} : { startTime, endTime };
    yield { type: 'interface-statistics', interfaceId, timestamp: endTime, ...times, received, ...lost };
  }
}

function inOrderOfTime(notes: readonly NetworkNote[]): NetworkNote[] {
  return [...notes].sort((a, b) => a.timeMs - b.timeMs);
}

function commentOf(story: CaptureStory | undefined, loss: string | undefined, escapes: readonly string[]): string {
  const lines = story === undefined ? ['A network of socket-wrapper'] : storyLines(story);
  if (escapes.length > 0) lines.push('', ...escapes.slice(0, 20));
  if (loss !== undefined) lines.push('', `Incomplete: ${loss}`);
  return lines.join('\n');
}

function storyLines({ identity, outcome, error, durationMs }: CaptureStory): string[] {
  const { file, line, fullName, attempt } = identity;
  const after = durationMs === undefined ? '' : ` after ${Math.round(durationMs)} ms`;
  return [
    fullName,
    line === undefined ? file : `${file}:${line}`,
    `${outcome}${after}${attempt === 0 ? '' : `, retry ${attempt}`}`,
    ...(error === undefined ? [] : ['', error.slice(0, MAX_COMMENT_LENGTH)]),
  ];
}
