/**
 * Draws one line of a ladder: a column for each host, and an arrow between two of them.
 */
import { padded, shortened, widthOf } from './text-width.js';

/** An arrow to draw. */
export interface Arrow {
  /** The columns it goes from and to; the same for what a host sends to itself. */
  readonly from: number;
  readonly to: number;
  /** Whether it ends in a cross instead of a point. */
  readonly isStopped: boolean;
  /** What stands on it, such as the number of its conversation. */
  readonly mark: string;
  /** Whether it is the server that sends: tells the two ends apart when both are on one host. */
  readonly isReturning: boolean;
}

const MIN_SPACING = 9;
const MAX_SPACING = 20;
const GAP_BETWEEN_NAMES = 2;
/** Room for what the last host sends to itself. */
const SELF_WIDTH = 5;

/** The hosts of a ladder, side by side. */
export class Ladder {
  /** How many columns of text a line of the ladder takes. */
  readonly width: number;
  readonly #names: readonly string[];
  /** Where each column stands, and where the one behind the last would. */
  readonly #starts: readonly number[];

  constructor(names: readonly string[], { lastSendsToItself }: { readonly lastSendsToItself: boolean }) {
    this.#names = names.map((name) => shortened(name, MAX_SPACING - 1));
    const starts = [0];
    for (const name of this.#names) {
      const spacing = Math.max(MIN_SPACING, widthOf(name) + GAP_BETWEEN_NAMES);
      starts.push((starts.at(-1) ?? 0) + Math.min(MAX_SPACING, spacing));
    }
    this.#starts = starts;
    const lastWidth = Math.max(lastSendsToItself ? SELF_WIDTH : 1, widthOf(this.#names.at(-1) ?? ''));
    this.width = this.#startOf(Math.max(0, names.length - 1)) + lastWidth;
  }

  /** The names, each over its column. */
  header(): string {
    return padded(this.#inColumns(this.#names).trimEnd(), this.width);
  }

  /** A line with nothing but the columns. */
  empty(): string {
    return this.#draw(this.#names.map(() => '│'));
  }

  /** A line with `arrow` in it. */
  line({ from, to, isStopped, mark, isReturning }: Arrow): string {
    const columns = this.#names.map(() => '│');
    if (from === to) {
      const shaft = mark.padEnd(2, '─');
      const out = isStopped ? '✗' : '▶';
      const back = isStopped ? '✗' : '◀';
      columns[from] = isReturning ? `├${back}${shaft}╯` : `├${shaft}${out}╮`;
      return this.#draw(columns);
    }
    const left = Math.min(from, to);
    const right = Math.max(from, to);
    const shaftLength = this.#startOf(right) - this.#startOf(left) - 2;
    const before = Math.floor((shaftLength - mark.length) / 2);
    const shaft = ('─'.repeat(Math.max(0, before)) + mark).padEnd(shaftLength, '─');
    const line = this.#draw(columns);
    const start = line.slice(0, this.#startOf(left));
    const end = line.slice(this.#startOf(right) + 1);
    return from < to
      ? `${start}├${shaft}${isStopped ? '✗' : '▶'}│${end}`
      : `${start}│${isStopped ? '✗' : '◀'}${shaft}┤${end}`;
  }

  #draw(columns: readonly string[]): string {
    return padded(this.#inColumns(columns).slice(0, this.width), this.width);
  }

  #inColumns(texts: readonly string[]): string {
    return texts.map((text, column) => padded(text, this.#startOf(column + 1) - this.#startOf(column))).join('');
  }

  #startOf(column: number): number {
    return this.#starts[column] ?? 0;
  }
}
