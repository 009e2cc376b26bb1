/**
 * Leaves the encrypted bytes out of what is looked through for secrets.
 */
import type { ConversationEvent } from '../dissect/conversation.js';
import type { SealedSpan } from '../dissect/protocols/protocol.js';

/** Bytes of a stream. */
export type DataEvent = Extract<ConversationEvent, { kind: 'data' }>;

/** Bytes of one packet. */
export interface Piece {
  readonly packet: number;
  readonly bytes: Uint8Array;
}

/** What of a stream is clear, and which packets have brought what is not. */
export interface ClearRuns {
  /** Pieces that follow each other in the stream, from one encrypted span to the next. */
  readonly clear: readonly (readonly Piece[])[];
  readonly encrypted: readonly number[];
}

/** Takes the `sealed` spans, which are in order, out of the stream that `events` bring from its beginning. */
export function clearRuns(events: readonly DataEvent[], sealed: readonly SealedSpan[]): ClearRuns {
  const clear: Piece[][] = [];
  const encrypted: number[] = [];
  let pieces: Piece[] = [];
  let next = 0;
  let position = 0;
  for (const { packet, bytes } of events) {
    const end = position + bytes.byteLength;
    for (let at = position; at < end; ) {
      while ((sealed[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next += 1;
      const { start, end: spanEnd } = sealed[next] ?? { start: end, end };
      if (start > at) {
        const stop = Math.min(start, end);
        pieces.push({ packet, bytes: bytes.subarray(at - position, stop - position) });
        at = stop;
      } else {
        encrypted.push(packet);
        clear.push(pieces);
        pieces = [];
        at = Math.min(spanEnd, end);
      }
    }
    position = end;
  }
  return { clear: [...clear, pieces].filter(({ length }) => length > 0), encrypted };
}
