/**
 * Lets a parser read one side's stream as if all of it were there.
 *
 * Parsers are generators: `yield*` on a method here waits until enough bytes have come. So a parser
 * is written straight down, and still works on packets that cut its messages anywhere.
 */
import { PendingBytes } from '../../bytes/pending-bytes.js';
import type { Moment } from '../tcp-flow.js';

/** A parser at work: it yields whenever it waits, and gives back `T` in the end. */
export type Waiting<T> = Generator<void, T, void>;

/** The stream ended, or bytes of it are missing, before a parser had all that it wanted. */
export class StreamEnd extends Error {
  static {
    StreamEnd.prototype.name = 'StreamEnd'; // Inherited, so it stays out of inspected output.
  }
}

/** The bytes are not of the protocol that they were taken for. */
export class ProtocolError extends Error {
  static {
    ProtocolError.prototype.name = 'ProtocolError'; // Inherited, so it stays out of inspected output.
  }
}

/** The part of a body that is kept to be shown. */
export interface Body {
  /** How many bytes it had. */
  readonly length: number;
  /** The first of them. */
  readonly head: Uint8Array;
}

/** How much of a body is kept. */
export const BODY_HEAD_LENGTH = 1024;
const MAX_LINE_LENGTH = 64 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One side's stream, as far as it has been recorded. */
export class StreamReader {
  readonly #pending = new PendingBytes();
  /** Which packet brought the bytes up to `end`. */
  readonly #origins: { readonly end: number; readonly moment: Moment }[] = [];
  #sinceMark: Uint8Array[] = [];
  #position = 0;
  #mark = 0;
  #length = 0;
  #isOver = false;
  #latest: Moment = { timestampNs: 0n, packet: 0 };

  /** How many bytes wait to be read. */
  get available(): number {
    return this.#pending.available;
  }

  /** The bytes that wait to be read. */
  get waiting(): Uint8Array {
    const { bytes, position } = this.#pending;
    return bytes.subarray(position);
  }

  /** Whether nothing follows behind what waits. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#position;
  }

  /** Which packet brought the byte that was read last; before any was read, the first. */
  get latest(): Moment {
    return this.#position === 0 ? (this.#origins[0]?.moment ?? this.#latest) : this.#latest;
  }

  /** Which packet brought the next byte; the last packet so far when it has not come yet. */
  get next(): Moment {
    return this.#origins[0]?.moment ?? this.#latest;
  }

  /** Takes in the bytes that follow. */
  append(bytes: Uint8Array, moment: Moment): void {
    this.#pending.append(bytes);
    this.#pending.gather(Number.POSITIVE_INFINITY);
    this.#length += bytes.byteLength;
    this.#origins.push({ end: this.#length, moment });
  }

  /** Says that nothing follows, or nothing that can be put to what came before. */
  end(): void {
    this.#isOver = true;
  }

  /** Remembers this place. */
  mark(): void {
    this.#mark = this.#position;
    this.#sinceMark = [];
  }

  /** What was read since the place that was marked. */
  sinceMark(): Body {
    const head = Buffer.concat(this.#sinceMark).subarray(0, BODY_HEAD_LENGTH);
    return { length: this.#position - this.#mark, head };
  }

  /** Waits for a byte; `false` if there is none any more. */
  *hasMore(): Waiting<boolean> {
    while (this.available === 0) {
      if (this.#isOver) return false;
      yield;
    }
    return true;
  }

  /** The next `length` bytes, which stay there to be read. */
  *peek(length: number): Waiting<Uint8Array> {
    while (this.available < length) {
      if (this.#isOver) throw new StreamEnd();
      yield;
    }
    const { bytes, position } = this.#pending;
    return bytes.subarray(position, position + length);
  }

  /** The next `length` bytes. */
  *take(length: number): Waiting<Uint8Array> {
    const taken = yield* this.peek(length);
    this.#advance(length);
    return taken;
  }

  /** The next `length` bytes as a big-endian number. */
  *number(length: 1 | 2 | 3 | 4): Waiting<number> {
    const bytes = yield* this.take(length);
    return bytes.reduce((number, byte) => number * 256 + byte, 0);
  }

  /** The next line, without its end. */
  *line(): Waiting<string> {
    let searched = 0;
    for (;;) {
      const { bytes, position, available } = this.#pending;
      const end = bytes.indexOf(LINE_FEED, position + searched);
      if (end !== -1) {
        const line = yield* this.take(end - position + 1);
        const length = line.at(-2) === CARRIAGE_RETURN ? line.byteLength - 2 : line.byteLength - 1;
        return Buffer.from(line.buffer, line.byteOffset, length).toString('utf8');
      }
      if (available > MAX_LINE_LENGTH) throw new ProtocolError('No line is this long');
      searched = available;
      if (this.#isOver) throw new StreamEnd();
      yield;
    }
  }

  /** Reads a body of `length` bytes, or all that follows, without keeping more than its head. `onProgress` may be told how far it came. */
  *body(length: number, onProgress?: (body: Body) => void): Waiting<Body> {
    const parts: Uint8Array[] = [];
    let kept = 0;
    let read = 0;
    const body = (): Body => ({ length: read, head: Buffer.concat(parts) });
    while (read < length) {
      if (this.available === 0) {
        onProgress?.(body());
        if (this.#isOver) {
          if (length === Number.POSITIVE_INFINITY) break;
          throw new StreamEnd();
        }
        yield;
        continue;
      }
      const part = yield* this.take(Math.min(this.available, length - read));
      if (kept < BODY_HEAD_LENGTH) parts.push(part.subarray(0, BODY_HEAD_LENGTH - kept));
      kept = Math.min(BODY_HEAD_LENGTH, kept + part.byteLength);
      read += part.byteLength;
    }
    return body();
  }

  /** All that waits, read as it is. */
  takeAvailable(): Uint8Array {
    const all = this.waiting;
    this.#advance(all.byteLength);
    return all;
  }

  #advance(length: number): void {
    if (length === 0) return;
    const { bytes, position } = this.#pending;
    if (this.#position - this.#mark < BODY_HEAD_LENGTH)
      this.#sinceMark.push(bytes.subarray(position, position + length));
    this.#pending.position += length;
    this.#position += length;
    for (;;) {
      const [origin] = this.#origins;
      if (origin === undefined) return;
      this.#latest = origin.moment;
      if (origin.end > this.#position) return;
      this.#origins.shift();
      if (origin.end === this.#position) return;
    }
  }
}
