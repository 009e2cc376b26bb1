/**
 * Keeps what a program wrote, in the order of its arrival, up to a limit.
 */

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Which of its two streams a program wrote to. */
export type OutputStream = 'stdout' | 'stderr';

/** A line that a program wrote, without its line feed. */
export interface OutputLine {
  readonly stream: OutputStream;
  readonly text: string;
}

interface Piece {
  readonly stream: OutputStream;
  /** A line with its line feed, or what there is so far of the last one. */
  readonly text: string;
}

/** The last characters of what a program wrote, `limit` of them at most for both streams together. */
export class Transcript {
  /** Called with each line as it comes, those included that are not kept; with the last one even when it has no end. */
  onLine: ((line: OutputLine) => void) | undefined;
  readonly #limit: number;
  readonly #open = new Set<OutputStream>();
  readonly #unfinished: Record<OutputStream, string> = { stdout: '', stderr: '' };
  readonly #pieces: Piece[] = [];
  #length = 0;
  #dropped = 0;
  #isCut = false;
  #changed = signal();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes in all that `readable` gives. */
  record(stream: OutputStream, readable: Readable): void {
    const decoder = new StringDecoder('utf8');
    this.#open.add(stream);
    readable.on('data', (bytes: Buffer) => this.#append(stream, decoder.write(bytes)));
    // A reset counts as an end; the program's exit is what tells of failure.
    readable.once('error', () => {});
    readable.once('close', () => {
      this.#append(stream, decoder.end());
      if (this.#unfinished[stream] !== '') this.#keep({ stream, text: this.#unfinished[stream] });
      this.#unfinished[stream] = '';
      this.#open.delete(stream);
      this.#ring();
    });
  }

  /** Whether the beginning was dropped to keep to the limit. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Whether nothing more will come. */
  get isComplete(): boolean {
    return this.#open.size === 0;
  }

  /** Resolves at the next output, or at the end of a stream. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** What `stream` gave, or both in order of arrival; decoded as UTF-8. */
  text(stream?: OutputStream): string {
    const pieces = this.#pieces.filter((piece) => stream === undefined || piece.stream === stream);
    const unfinished = stream === undefined ? Object.values(this.#unfinished) : [this.#unfinished[stream]];
    return [...pieces.map(({ text }) => text), ...unfinished].join('');
  }

  /** The lines that are kept, and then each new one, until both streams have ended. */
  async *lines(): AsyncGenerator<OutputLine, void, undefined> {
    for (let next = this.#dropped; ; next++) {
      next = Math.max(next, this.#dropped);
      while (next >= this.#dropped + this.#pieces.length) {
        if (this.isComplete) return;
        await this.changed;
        next = Math.max(next, this.#dropped);
      }
      const piece = this.#pieces[next - this.#dropped];
      if (piece !== undefined) yield { stream: piece.stream, text: piece.text.replace(/\n$/, '') };
    }
  }

  #append(stream: OutputStream, text: string): void {
    if (text === '') return;
    const lines = (this.#unfinished[stream] + text).split(/(?<=\n)/);
    const last = lines.at(-1) ?? '';
    // A line without end is not kept without limit either.
    const isUnfinished = !last.endsWith('\n') && last.length < this.#limit;
    this.#unfinished[stream] = isUnfinished ? last : '';
    for (const line of isUnfinished ? lines.slice(0, -1) : lines) this.#keep({ stream, text: line });
    this.#ring();
  }

  #keep(piece: Piece): void {
    this.onLine?.({ stream: piece.stream, text: piece.text.replace(/\r?\n$/, '') });
    this.#pieces.push(piece);
    this.#length += piece.text.length;
    for (let excess = this.#length - this.#limit; excess > 0; excess = this.#length - this.#limit) {
      this.#isCut = true;
      const { stream, text } = this.#pieces[0] ?? piece;
      const cut = Math.min(excess, text.length);
      this.#length -= cut;
      if (cut < text.length) {
        this.#pieces[0] = { stream, text: text.slice(cut) };
      } else {
        this.#pieces.shift();
        this.#dropped++;
      }
    }
  }

  #ring(): void {
    const { resolve } = this.#changed;
    this.#changed = signal();
    resolve();
  }
}

interface Signal {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function signal(): Signal {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
