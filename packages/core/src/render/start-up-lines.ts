/**
 * Keeps what programs print while they start from filling the lines in which their conversations belong.
 */
import type { Conversation } from '../dissect/conversation.js';
import type { Note } from './notes.js';

/** Of a program that others spoke with later, its last lines say that it is ready. */
const LAST_LINES = 3;
/** Of one that nobody ever spoke with, they may say why. */
const LAST_LINES_IN_SILENCE = 10;

/** Lines of one program from before its host had to do with anybody. */
interface StartUp {
  readonly lines: Note[];
  readonly shown: number;
}

/**
 * `notes` with only the last lines of what each program printed before anybody spoke with its host, below a line that counts the
 * others. Without conversations there is nothing else to show: all of them.
 */
export function withoutStartUp(
  notes: readonly Note[],
  conversations: readonly Conversation[],
  names: ReadonlyMap<string, string>,
): readonly Note[] {
  if (conversations.length === 0) return notes;
  const firstPackets = firstPacketsOf(conversations, names);
  const hosts = new Set(names.values());
  const startUps = new Map<string, StartUp>();
  for (const note of notes) {
    const { program = '', packet } = note;
    const host = program.split(' ', 1)[0] ?? '';
    if (!hosts.has(host)) continue;
    const first = firstPackets.get(host) ?? Number.POSITIVE_INFINITY;
    if (packet > first) continue;
    const shown = first === Number.POSITIVE_INFINITY ? LAST_LINES_IN_SILENCE : LAST_LINES;
    const startUp = startUps.get(program) ?? { lines: [], shown };
    startUp.lines.push(note);
    startUps.set(program, startUp);
  }

  const replacements = new Map<Note, Note | undefined>();
  for (const [program, { lines, shown }] of startUps) {
    const left = lines.slice(0, -shown);
    // A line that stands for one line saves none.
    if (left.length < 2) continue;
    for (const line of left) replacements.set(line, undefined);
    const last = left.at(-1);
    if (last !== undefined)
      replacements.set(last, { ...last, text: `${program}: … ${left.length} lines`, tone: 'quiet' });
  }
  return notes.flatMap((note) => (replacements.has(note) ? (replacements.get(note) ?? []) : [note]));
}

/** The first packet of each host. */
function firstPacketsOf(
  conversations: readonly Conversation[],
  names: ReadonlyMap<string, string>,
): Map<string, number> {
  const firstPackets = new Map<string, number>();
  for (const { client, server, events } of conversations) {
    const packet = events[0]?.packet ?? Number.POSITIVE_INFINITY;
    for (const { address } of [client, server]) {
      const host = names.get(address) ?? address;
      firstPackets.set(host, Math.min(packet, firstPackets.get(host) ?? Number.POSITIVE_INFINITY));
    }
  }
  return firstPackets;
}
