/**
 * Draws a capture as text: who connected to whom, what was asked and answered, who closed.
 */

import type { ContentRedaction, Conversation, Peer } from '../dissect/conversation.js';
import { conversationsIn } from '../dissect/conversations.js';
import { inOneLine } from '../dissect/protocols/excerpt.js';
import { plural } from '../dissect/protocols/units.js';
import { type TlsKeyLog, tlsKeysIn } from '../dissect/tls/key-log.js';
import type { Capture } from '../pcap/capture.js';
import { type BurstLines, withShortBursts } from './bursts.js';
import { COLOURS, NO_COLOURS, type Palette } from './colour.js';
import type { ConversationFilter } from './conversation-filter.js';
import { Ladder } from './ladder.js';
import { type Entry, type LastEntries, lastEntries } from './last-entries.js';
import { type Note, notesIn } from './notes.js';
import { relativeTime, type TimeScale, timeScale } from './relative-time.js';
import { withoutStartUp } from './start-up-lines.js';
import { shortened, widthOf } from './text-width.js';
import { type Step, stepsOf } from './timeline.js';

/** How a capture is drawn. */
export interface RenderOptions {
  /** How many columns a line may take. Default 100. */
  readonly width?: number;
  /** Whether to use the colours of a terminal. Default `false`. */
  readonly colour?: boolean;
  /** Names of addresses. Default: the names in the capture itself; these come first. */
  readonly names?: ReadonlyMap<string, string>;
  /** How many steps to show, counted from the end. Default: all of them. */
  readonly last?: number;
  /**
   * How many packets to look at, counted from the end; what came before is not told, only counted. Finding the conversations of a
   * million packets takes about 5 seconds. Default: all of them.
   */
  readonly lastPackets?: number;
  /** The keys of TLS connections. Default: those in the capture itself. */
  readonly tlsKeys?: TlsKeyLog;
  /** What must not be told. Default: nothing. */
  readonly redaction?: ContentRedaction;
  /** Which conversations to show. With a filter notes are left out, for they belong to none. Default: all of both. */
  readonly filter?: ConversationFilter;
}

const DEFAULT_WIDTH = 100;
const MIN_LABEL_WIDTH = 24;
const MIN_EXCERPT_WIDTH = 8;
const MARGIN = '  ';
/** What is shown of a burst of output where lines must be left out: the first of these that leaves out nothing else, or the last. */
const BURSTS: readonly BurstLines[] = [
  { first: 3, last: 20 },
  { first: 3, last: 5 },
];

/** What a capture holds, to be drawn. */
type RenderedCapture = Pick<Capture, 'packets' | 'names' | 'blocks'>;

/**
 * `capture` as a ladder between its hosts, one line for each step: a handshake is one, a request of many packets is one.
 *
 * What was inside TLS is told as well where the capture has the keys, with `TLS: ` before it.
 * Lines end without spaces and hold no control characters but colours, whatever was in the packets.
 *
 * @example
 * console.log(renderText(readCapture(await readFile('capture.pcapng')), { width: 80, last: 20 }));
 */
export function renderText(capture: RenderedCapture, options: RenderOptions = {}): string {
  return drawText(toldCapture(capture, options), options);
}

/** What `options` leave of `capture`, with its conversations. */
export function toldCapture(capture: RenderedCapture, options: RenderOptions): ToldCapture {
  const { lastPackets = Number.POSITIVE_INFINITY, filter, redaction, tlsKeys } = options;
  const skipped = Math.max(0, capture.packets.length - lastPackets);
  const packets = skipped === 0 ? capture.packets : capture.packets.slice(skipped);
  const found = conversationsIn(packets, {
    tlsKeys: tlsKeys ?? tlsKeysIn(capture.blocks),
    ...(redaction === undefined ? {} : { redaction }),
  });
  const conversations = filter === undefined ? found : found.filter(filter);
  return { ...capture, packets, conversations, found: found.length, skipped };
}

/** What is to be drawn once its conversations are known. */
export interface ToldCapture extends RenderedCapture {
  readonly conversations: readonly Conversation[];
  /** How many there are with those that a filter leaves out. Default: as many. */
  readonly found?: number;
  /** How many packets came before, which are only counted. Default 0. */
  readonly skipped?: number;
}

/** As `renderText`, for a capture whose conversations somebody has already looked for. */
export function drawText(
  { packets, blocks, conversations, found = conversations.length, skipped = 0, ...capture }: ToldCapture,
  options: RenderOptions,
): string {
  const { width = DEFAULT_WIDTH, colour = false, last, filter } = options;
  const told = [...capture.names, ...(options.names ?? [])];
  const names = new Map(told.map(([address, name]) => [address, inOneLine(name)]));
  const palette = colour ? COLOURS : NO_COLOURS;
  const notes = filter === undefined ? notesIn({ packets, blocks }) : [];
  const { shown, hasEarlier } = worthShowing({ conversations, notes, names }, last);

  const times = [...conversations.map(({ startNs }) => startNs), ...notes.map(({ timestampNs }) => timestampNs)];
  const scale = timeScale([...times, ...shown.map(({ timestampNs }) => timestampNs)]);
  const drawing = new Drawing(shown, {
    names,
    width,
    palette,
    scale,
    hosts: hostsIn(conversations, names),
  });
  const summary = summaryOf({ packets: packets.length, conversations: conversations.length, found, skipped });
  const lines = [shortened(summary, width), ''];
  if (hasEarlier) {
    // Packets that a filter leaves out would be counted with the others.
    const earlier = filter === undefined ? Math.ceil(shown[0]?.packet ?? packets.length) : 0;
    lines.push(
      palette.quiet(
        `${MARGIN}… ${earlier > 0 ? plural(earlier, 'earlier packet') : filter === undefined ? 'earlier lines' : 'earlier steps'}`,
      ),
    );
  }
  lines.push(...drawing.lines());
  return lines.join('\n').trimEnd();
}

/** The last `count` lines. Where others must be left out, those of programs that were starting go first, then those of bursts. */
function worthShowing(
  { conversations, notes, names }: Pick<ToldCapture, 'conversations' | 'names'> & { readonly notes: readonly Note[] },
  count: number | undefined,
): LastEntries {
  const told = new Map<Conversation, readonly Step[]>();
  const tell = (conversation: Conversation) => {
    const steps = told.get(conversation) ?? stepsOf(conversation);
    told.set(conversation, steps);
    return steps;
  };
  let last = lastEntries(conversations, notes, count, tell);
  if (!last.hasEarlier || conversations.length === 0) return last;
  const running = withoutStartUp(notes, conversations, names);
  for (const fewer of [running, ...BURSTS.map((lines) => withShortBursts(running, lines))]) {
    if (fewer.length < notes.length) last = lastEntries(conversations, fewer, count, tell);
    if (!last.hasEarlier) break;
  }
  return last;
}

/** `12 packets, 2 conversations`. */
export function captureSummary(packets: Capture['packets']): string {
  const { length } = conversationsIn(packets);
  return summaryOf({ packets: packets.length, conversations: length, found: length, skipped: 0 });
}

function summaryOf({
  packets,
  conversations,
  found,
  skipped,
}: Record<'packets' | 'conversations' | 'found' | 'skipped', number>): string {
  const share = conversations === found ? '' : `${conversations} of `;
  const summary = `${plural(packets, 'packet')}, ${share}${plural(found, 'conversation')}`;
  return skipped === 0 ? summary : `${summary}, after ${plural(skipped, 'packet')} not told here`;
}

/** The hosts of all conversations, clients before the servers they turn to. */
function hostsIn(conversations: readonly Conversation[], names: ReadonlyMap<string, string>): string[] {
  const peers = conversations.flatMap(({ client, server }) => [client, server]);
  return [...new Set(peers.map(({ address }) => names.get(address) ?? address))];
}

interface Surroundings {
  /** All hosts of the capture, in the order of their columns. */
  readonly hosts: readonly string[];
  readonly names: ReadonlyMap<string, string>;
  readonly width: number;
  readonly palette: Palette;
  readonly scale: TimeScale;
}

class Drawing {
  readonly #entries: readonly Entry[];
  readonly #around: Surroundings;
  readonly #hosts: readonly string[];
  readonly #ladder: Ladder;
  readonly #isLadder: boolean;
  readonly #hasManyConversations: boolean;

  constructor(entries: readonly Entry[], around: Surroundings) {
    const steps = entries.filter((entry) => entry.kind === 'step');
    this.#entries = entries;
    this.#around = around;
    const shown = new Set(steps.flatMap(({ from, to }) => [this.#nameOf(from), this.#nameOf(to)]));
    this.#hosts = around.hosts.filter((host) => shown.has(host));
    this.#hasManyConversations = new Set(steps.map(({ conversation }) => conversation)).size > 1;
    const last = this.#hosts.at(-1);
    const lastSendsToItself = steps.some(({ from, to }) => this.#nameOf(from) === last && this.#nameOf(to) === last);
    this.#ladder = new Ladder(this.#hosts, { lastSendsToItself });
    const taken = around.scale.width + this.#ladder.width + MARGIN.length * 3;
    this.#isLadder = taken + MIN_LABEL_WIDTH <= around.width;
  }

  lines(): string[] {
    if (this.#entries.length === 0) return [];
    const { palette, scale } = this.#around;
    const lines = this.#entries.map((entry) => this.#line(entry).trimEnd());
    if (!this.#isLadder || this.#hosts.length === 0) return lines;
    const indent = `${MARGIN}${' '.repeat(scale.width)}${MARGIN}`;
    return [palette.strong(`${indent}${this.#ladder.header()}`.trimEnd()), ...lines];
  }

  #line(entry: Entry): string {
    const { palette, scale } = this.#around;
    const time = `${MARGIN}${palette.quiet(relativeTime(entry.timestampNs, scale))}${MARGIN}`;
    const timeWidth = scale.width + MARGIN.length * 2;
    if (entry.kind === 'note') return this.#noteLine(entry, time, timeWidth);
    const drawn = this.#isLadder ? this.#rungs(entry) : this.#route(entry);
    const used = timeWidth + widthOf(drawn) + MARGIN.length;
    const coloured = this.#hasManyConversations ? palette.conversation(entry.conversation, drawn) : drawn;
    return `${time}${coloured}${MARGIN}${this.#label(entry, this.#around.width - used)}`;
  }

  #noteLine({ text, tone }: Note, time: string, timeWidth: number): string {
    const { palette, width } = this.#around;
    const columns = this.#isLadder ? this.#ladder.empty() : '';
    const used = timeWidth + widthOf(columns) + MARGIN.length;
    return `${time}${palette.quiet(columns)}${MARGIN}${palette[tone](shortened(text, width - used))}`;
  }

  #rungs({ from, to, isStopped, conversation, isReturning }: Step): string {
    const mark = this.#hasManyConversations ? `${conversation}` : '';
    const columns = { from: this.#hosts.indexOf(this.#nameOf(from)), to: this.#hosts.indexOf(this.#nameOf(to)) };
    return this.#ladder.line({ ...columns, isStopped, isReturning, mark });
  }

  /** The step without columns, for when there are too many hosts to draw them side by side. */
  #route({ from, to, isStopped, conversation }: Step): string {
    const mark = this.#hasManyConversations ? `${conversation} ` : '';
    const route = `${mark}${this.#nameOf(from)} ${isStopped ? '✗' : '▶'} ${this.#nameOf(to)}`;
    return shortened(route, this.#around.width - this.#around.scale.width - MARGIN.length * 3);
  }

  #label({ summary, excerpt, tone }: Step, width: number): string {
    const { palette } = this.#around;
    const shownSummary = shortened(summary, width);
    const rest = width - widthOf(shownSummary) - MARGIN.length;
    const shownExcerpt =
      excerpt === undefined || rest < MIN_EXCERPT_WIDTH ? '' : `${MARGIN}${palette.quiet(shortened(excerpt, rest))}`;
    return `${palette[tone](shownSummary)}${shownExcerpt}`;
  }

  #nameOf({ address }: Peer): string {
    return this.#around.names.get(address) ?? address;
  }
}
