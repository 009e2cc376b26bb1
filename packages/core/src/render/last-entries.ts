/**
 * Finds the last steps of a capture without telling all of it: what is said in a conversation takes longer to read than all else.
 */
import type { Conversation } from '../dissect/conversation.js';
import type { Note } from './notes.js';
import { type Step, stepsOf } from './timeline.js';

/** One line of a told capture. */
export type Entry = Step | Note;

/** The end of a told capture. */
export interface LastEntries {
  /** In order. */
  readonly shown: readonly Entry[];
  /** Whether there are others before them. */
  readonly hasEarlier: boolean;
}

/** The last `count` of all steps of `conversations`, as `tell` gives them, and of `notes`. */
export function lastEntries(
  conversations: readonly Conversation[],
  notes: readonly Note[],
  count: number = Number.POSITIVE_INFINITY,
  tell: (conversation: Conversation) => readonly Step[] = stepsOf,
): LastEntries {
  if (count === Number.POSITIVE_INFINITY) {
    return { shown: inOrder([...conversations.flatMap(tell), ...notes]), hasEarlier: false };
  }
  const wanted = Math.max(0, count);
  const ends = conversations.map((conversation) => ({ conversation, end: endOf(conversation) }));
  ends.sort((a, b) => b.end - a.end);
  let shown = inOrder([...notes]);
  let hasEarlier = false;
  const cut = () => {
    hasEarlier ||= shown.length > wanted;
    shown = wanted === 0 ? [] : shown.slice(-wanted);
  };
  cut();
  for (const { conversation, end } of ends) {
    const [first] = shown;
    const isTooEarly = shown.length >= wanted && (first === undefined || end < first.packet);
    if (isTooEarly) hasEarlier = true;
    else {
      shown = inOrder([...shown, ...tell(conversation)]);
      cut();
    }
  }
  return { shown, hasEarlier };
}

/** No step of `conversation` stands behind this packet. What still waits for an answer stands behind all of them. */
function endOf({ events }: Conversation): number {
  let end = -1;
  let lastSaid: Conversation['events'][number] | undefined;
  for (const event of events) {
    if (event.packet > end) end = event.packet;
    if (event.kind === 'data') lastSaid = event;
  }
  return lastSaid?.from === 'client' ? Number.POSITIVE_INFINITY : end;
}

/** By their packets; of one packet a step comes before the note on it, and steps by their conversations. */
function inOrder(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => {
    if (a.packet !== b.packet) return a.packet < b.packet ? -1 : 1;
    return rankOf(a) - rankOf(b);
  });
}

function rankOf(entry: Entry): number {
  return entry.kind === 'step' ? entry.conversation : Number.MAX_SAFE_INTEGER;
}
