/**
 * What was said while a network lived: lines of its programs, steps of the test. The artifact shows it between the packets.
 */
import { wallClockMs } from '../real-time.js';

/** How urgent a note is. */
export type NoteLevel = 'info' | 'warning' | 'error';

/** What `network.note()` takes. */
export interface NoteOptions {
  /** Whose note it is: `web nginx`, `test`. */
  readonly source: string;
  readonly text: string;
  /** Default: `info`. */
  readonly level?: NoteLevel;
  /** When it was made, in milliseconds since 1970, with fractions. Default: now. */
  readonly timeMs?: number;
  /** The process that made it. */
  readonly pid?: number;
}

/** A note on the time line of a network. */
export interface NetworkNote {
  readonly source: string;
  readonly text: string;
  readonly level: NoteLevel;
  readonly timeMs: number;
  readonly pid?: number;
}

const MAX_TEXT_LENGTH = 4096;
const MAX_LENGTH = 2 * 1024 * 1024;
/** What a note takes besides its text, as characters. */
const NOTE_OVERHEAD = 100;

/** The last notes of a network; a program that never stops talking does not fill the memory. */
export class NoteLog {
  readonly #maxLength: number;
  #notes: NetworkNote[] = [];
  #first = 0;
  #length = 0;
  #dropped = 0;

  constructor(maxLength: number = MAX_LENGTH) {
    this.#maxLength = maxLength;
  }

  /** How many of the first notes are gone. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The notes that are kept, in the order in which they came. */
  get notes(): readonly NetworkNote[] {
    return this.#notes.slice(this.#first);
  }

  add({ source, text, level = 'info', timeMs = wallClockMs(), pid }: NoteOptions): void {
    const shown = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
    this.#notes.push({ source, text: shown, level, timeMs, ...(pid === undefined ? {} : { pid }) });
    this.#length += lengthOf(shown);
    while (this.#length > this.#maxLength) this.#dropFirst();
  }

  #dropFirst(): void {
    this.#length -= lengthOf(this.#notes[this.#first]?.text ?? '');
    this.#first++;
    this.#dropped++;
    // Now and then, so that a note costs the same however many were dropped.
    if (this.#first < 1024 || this.#first * 2 < this.#notes.length) return;
    this.#notes = this.#notes.slice(this.#first);
    this.#first = 0;
  }
}

function lengthOf(text: string): number {
  return text.length + NOTE_OVERHEAD;
}
