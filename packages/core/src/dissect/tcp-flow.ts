/**
 * Puts the segments that one side of a TCP connection sent back into a stream.
 */
import type { TcpSegment } from './tcp.js';

/** When and where in the capture something was recorded. */
export interface Moment {
  /** Nanoseconds since 1970; 0 when the packet has no time. */
  readonly timestampNs: bigint;
  /** The number of the packet in the capture, counted from 0. */
  readonly packet: number;
}

/** Bytes of a stream, in their order, that one packet brought. */
export interface StreamData extends Moment {
  readonly kind: 'data';
  readonly bytes: Uint8Array;
}

/** Bytes of a stream that are not in the capture. */
export interface StreamGap extends Moment {
  readonly kind: 'gap';
  readonly length: number;
}

/** What a segment turned out to be, beside the new bytes it brought. */
export interface Arrival {
  /** What can be read now, in order. */
  readonly parts: readonly (StreamData | StreamGap)[];
  /** How many bytes were sent that had been sent before. */
  readonly repeated: number;
  /** Whether the segment came ahead of one before it in the stream. */
  readonly isEarly: boolean;
}

interface WaitingSegment extends Moment {
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

const SEQUENCE_BITS = 32;
const SEQUENCE_SPACE = 2 ** SEQUENCE_BITS;
/** How much may wait for a missing segment before it is given up. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

const NO_PARTS: readonly (StreamData | StreamGap)[] = [];
/** What a segment without data is. */
const NOTHING: Arrival = { parts: NO_PARTS, repeated: 0, isEarly: false };

/** One direction of a TCP connection. Positions count the bytes of the stream from 0; sequence numbers wrap at 2^32. */
export class TcpFlow {
  /** How many bytes were put in order, gaps included. */
  position = 0;
  /** How many bytes were sent again. */
  repeatedBytes = 0;
  /** How many bytes are missing in the capture. */
  missingBytes = 0;
  /** The position of the end, once a FIN said so. */
  endPosition: number | undefined;

  #firstSequence: number | undefined;
  #waiting: WaitingSegment[] = [];
  #waitingBytes = 0;
  /** How far the stream goes at least: a FIN stands behind its last byte, and the other side has what it acknowledges. */
  #reach: { readonly position: number; readonly moment: Moment } | undefined;

  /** The sequence number of the stream's first byte, once it is known. */
  get firstSequence(): number | undefined {
    return this.#firstSequence;
  }

  /** Takes in the next segment of the capture. */
  add(segment: TcpSegment, moment: Moment): Arrival {
    const { sequence, flags, payload, payloadLength } = segment;
    const dataSequence = flags.syn ? (sequence + 1) % SEQUENCE_SPACE : sequence;
    this.#firstSequence ??= dataSequence;
    const position = this.#positionOf(dataSequence);
    if (flags.fin) {
      this.endPosition ??= position + payloadLength;
      this.#reaches(this.endPosition, moment);
    }
    if (payloadLength === 0) return NOTHING;

    const repeated = Math.min(payloadLength, Math.max(0, this.position - position));
    this.repeatedBytes += repeated;
    // Keep-alive probes repeat the byte before the next one, or invent it; there is nothing in them.
    if (repeated === payloadLength) return { parts: [], repeated, isEarly: false };

    const isEarly = position > this.position;
    const { timestampNs, packet } = moment;
    const waiting = { timestampNs, packet, position, bytes: payload, length: payloadLength };
    if (position === this.position && this.#waiting.length === 0) {
      return { parts: this.#consume(waiting), repeated, isEarly };
    }
    this.#wait(waiting);
    const parts = this.#readable();
    if (this.#waitingBytes > MAX_WAITING_BYTES) parts.push(...this.#giveUpMissing(Number.POSITIVE_INFINITY));
    return { parts, repeated, isEarly };
  }

  /** The other side has all up to `acknowledgment`: what is still missing before it will never be seen. */
  acknowledged(acknowledgment: number, moment: Moment): readonly (StreamData | StreamGap)[] {
    if (this.#firstSequence === undefined) return NO_PARTS;
    const position = this.#positionOf(acknowledgment);
    this.#reaches(Math.min(position, this.endPosition ?? position), moment);
    return this.#waiting.length === 0 ? NO_PARTS : this.#giveUpMissing(position);
  }

  /** The capture is over: all that still waits, with the gaps between and behind. */
  end(): (StreamData | StreamGap)[] {
    const parts = this.#giveUpMissing(Number.POSITIVE_INFINITY);
    const { position = 0, moment } = this.#reach ?? {};
    const missing = position - this.position;
    if (moment === undefined || missing <= 0) return parts;
    this.missingBytes += missing;
    this.position += missing;
    const { timestampNs, packet } = moment;
    return [...parts, { kind: 'gap', length: missing, timestampNs, packet }];
  }

  #reaches(position: number, moment: Moment): void {
    if (position > this.position && position > (this.#reach?.position ?? 0)) this.#reach = { position, moment };
  }

  /** The position of a sequence number: the one nearest to what was read, for numbers wrap. */
  #positionOf(sequence: number): number {
    const expected = (((this.#firstSequence ?? sequence) + this.position) % SEQUENCE_SPACE) | 0;
    return this.position + ((sequence - expected) | 0);
  }

  #wait(segment: WaitingSegment): void {
    let i = this.#waiting.length;
    while (i > 0 && (this.#waiting[i - 1]?.position ?? 0) > segment.position) i -= 1;
    this.#waiting.splice(i, 0, segment);
    this.#waitingBytes += segment.bytes.byteLength;
  }

  #readable(): (StreamData | StreamGap)[] {
    const parts: (StreamData | StreamGap)[] = [];
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || next.position > this.position) return parts;
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes.byteLength;
      parts.push(...this.#consume(next));
    }
  }

  #consume({ position, bytes, length, timestampNs, packet }: WaitingSegment): (StreamData | StreamGap)[] {
    const parts: (StreamData | StreamGap)[] = [];
    const known = this.position - position;
    const fresh = known === 0 ? bytes : bytes.subarray(Math.min(known, bytes.byteLength));
    if (fresh.byteLength > 0) parts.push({ kind: 'data', bytes: fresh, timestampNs, packet });
    // A packet that was cut by the snap length brings fewer bytes than it counts.
    const cut = Math.max(0, length - Math.max(bytes.byteLength, known));
    if (cut > 0) {
      parts.push({ kind: 'gap', length: cut, timestampNs, packet });
      this.missingBytes += cut;
    }
    this.position = Math.max(this.position, position + length);
    return parts;
  }

  #giveUpMissing(until: number): (StreamData | StreamGap)[] {
    const parts: (StreamData | StreamGap)[] = [];
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || next.position > until) return parts;
      const { timestampNs, packet } = next;
      const missing = next.position - this.position;
      parts.push({ kind: 'gap', length: missing, timestampNs, packet });
      this.missingBytes += missing;
      this.position = next.position;
      parts.push(...this.#readable());
    }
  }
}
