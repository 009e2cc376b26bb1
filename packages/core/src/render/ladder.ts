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
  readonly #spacing: number;

  constructor(names: readonly string[]) {
    const longest = Math.max(...names.map(widthOf), 0);
    this.#spacing = Math.min(MAX_SPACING, Math.max(MIN_SPACING, longest + GAP_BETWEEN_NAMES));
    this.#names = names.map((name) => shortened(name, this.#spacing - 1));
    this.width =
      this.#spacing * Math.max(0, names.length - 1) + Math.max(SELF_WIDTH, widthOf(this.#names.at(-1) ?? ''));
  }

  /** The names, each over its column. */
  header(): string {
    return padded(
      this.#names
        .map((name) => padded(name, this.#spacing))
        .join('')
        .trimEnd(),
      this.width,
    );
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
      if (isStopped) columns[from] = `├${shaft}✗`;
      else columns[from] = isReturning ? `├◀${shaft}╯` : `├${shaft}▶╮`;
      return this.#draw(columns);
    }
    const left = Math.min(from, to);
    const right = Math.max(from, to);
    const length = (right - left) * this.#spacing - 1;
    const isToRight = from < to;
    const end = isStopped ? '✗' : isToRight ? '▶' : '◀';
    const shaft = `${isToRight ? '─' : ''}${mark}`;
    const body = isToRight ? shaft.padEnd(length - 1, '─') + end : end + shaft.padStart(length - 1, '─');
    const text = this.#draw(columns);
    const before = text.slice(0, left * this.#spacing);
    const behind = text.slice(right * this.#spacing + 1);
    const leftEnd = isToRight ? '├' : '│';
    const rightEnd = isToRight ? '│' : '┤';
    return `${before}${leftEnd}${body}${rightEnd}${behind}`;
  }

  #draw(columns: readonly string[]): string {
    return padded(
      columns
        .map((column) => padded(column, this.#spacing))
        .join('')
        .slice(0, this.width),
      this.width,
    );
  }
}
