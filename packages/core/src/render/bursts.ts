/**
 * Keeps what a program prints all at once from filling the lines in which the conversations around it belong.
 */
import type { Note } from './notes.js';

/** How much of a burst is shown: the line that says what happened is mostly its first, and the stack of calls below it is long. */
export interface BurstLines {
  readonly first: number;
  readonly last: number;
}

/**
 * `notes` with only the first and the last lines of what a program printed between two packets, and between them a line that counts
 * the others.
 */
export function withShortBursts(notes: readonly Note[], { first, last }: BurstLines): readonly Note[] {
  const bursts = new Map<string, Note[]>();
  for (const note of notes) {
    if (note.program === undefined) continue;
    const place = `${note.packet} ${note.program}`;
    const burst = bursts.get(place);
    if (burst === undefined) bursts.set(place, [note]);
    else burst.push(note);
  }

  const replacements = new Map<Note, Note | undefined>();
  for (const burst of bursts.values()) {
    const left = burst.slice(first, -last);
    const [instead] = left;
    // A line that stands for one line saves none.
    if (instead === undefined || left.length < 2) continue;
    for (const line of left) replacements.set(line, undefined);
    replacements.set(instead, { ...instead, text: `${instead.program}: … ${left.length} lines`, tone: 'quiet' });
  }
  return notes.flatMap((note) => (replacements.has(note) ? (replacements.get(note) ?? []) : [note]));
}
