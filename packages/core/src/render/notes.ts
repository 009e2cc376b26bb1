import { stripVTControlCharacters } from 'node:util';
import { inOneLine } from '../dissect/protocols/excerpt.js';
import type { Capture } from '../pcap/capture.js';
import type { JournalField } from '../pcapng/blocks/systemd-journal.js';
import { withoutTabs } from './text-width.js';
import type { Tone } from './timeline.js';

/** A line between the steps: a comment on a packet, or a line of a log. */
export interface Note {
  readonly kind: 'note';
  readonly timestampNs: bigint | undefined;
  /** The packet it stands under, counted from 0; a half when it is between two. */
  readonly packet: number;
  readonly text: string;
  readonly tone: Tone;
  /** Whose line it is, when a process printed it: `web nginx`. */
  readonly program?: string;
}

const WORST_NORMAL_PRIORITY = 5;
const MICROSECOND_NS = 1000n;

/** The comments on packets and the lines of logs in a capture. */
export function notesIn({ packets, blocks }: Pick<Capture, 'packets' | 'blocks'>): Note[] {
  const comments = packets.flatMap(({ options, timestampNs }, packet) =>
    (options.comments ?? []).map(
      (text): Note => ({ kind: 'note', timestampNs, packet, text: inOneLine(text), tone: 'plain' }),
    ),
  );
  // Programs leave lines empty to set others off, which a time line does by itself, and point at places in the line above.
  const lines = blocks.flatMap((block) =>
    block.type === 'systemd-journal' && !saysNothing(block.fields) ? [lineOf(block.fields)] : [],
  );
  return [...comments, ...lines.map((line) => ({ ...line, packet: placeOf(line, packets) }))];
}

function saysNothing(fields: readonly JournalField[]): boolean {
  const message = fields.find(({ name }) => name === 'MESSAGE')?.value;
  return typeof message === 'string' && /^[\s^~]*$/.test(stripVTControlCharacters(message));
}

function lineOf(fields: readonly JournalField[]): Omit<Note, 'packet'> {
  const field = (name: string) => {
    const value = fields.find((candidate) => candidate.name === name)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const time = field('__REALTIME_TIMESTAMP') ?? '';
  const timestampNs = /^\d{1,20}$/.test(time) ? BigInt(time) * MICROSECOND_NS : undefined;
  const speaker = field('SYSLOG_IDENTIFIER');
  // Colours are for the terminal that the program believed to write to.
  const [first = '', ...more] = stripVTControlCharacters(field('MESSAGE') ?? '').split('\n');
  const message = `${inOneLine(withoutTabs(first))}${more.length === 0 ? '' : ' …'}`;
  const isBad = Number(field('PRIORITY') ?? WORST_NORMAL_PRIORITY) < WORST_NORMAL_PRIORITY;
  const text = speaker === undefined ? message : `${inOneLine(speaker)}: ${message}`;
  const program = speaker === undefined || field('_PID') === undefined ? {} : { program: inOneLine(speaker) };
  return { kind: 'note', timestampNs, text, tone: isBad ? 'bad' : 'quiet', ...program };
}

/** Between the last packet that is not later than the line and the next; recorders write packets in order. */
function placeOf({ timestampNs }: Pick<Note, 'timestampNs'>, packets: Capture['packets']): number {
  if (timestampNs === undefined) return packets.length - 0.5;
  let first = 0;
  let end = packets.length;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if ((packets[middle]?.timestampNs ?? 0n) > timestampNs) end = middle;
    else first = middle + 1;
  }
  return first - 0.5;
}
