/**
 * The frames of HTTP/2 (RFC 9113 §4.1 and §6), and how to find them in a stream whose beginning is missing.
 */

/** The types of frames that are told, or that tell where a frame begins. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** What flags mean, in the frames that have them. */
export const Flag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

export const FRAME_HEADER_LENGTH = 9;
/** In front of it stands one bit that means nothing. */
export const STREAM_ID_MASK = 0x7fff_ffff;

/** How long a frame may be unless the receiver has said otherwise (RFC 9113 §6.5.2). */
const MAX_FRAME_LENGTH = 16_384;
/** So many frames in a row are no accident: of the first five bytes of each, two must be 0 or nearly so. */
const FRAMES_IN_A_ROW = 3;

/** How much of a stream is looked through: the rest of one frame, and a row of the longest ones. */
export const RESYNC_LENGTH = (MAX_FRAME_LENGTH + FRAME_HEADER_LENGTH) * FRAMES_IN_A_ROW;

/** What a frame of one type must be like. */
interface FrameShape {
  /** The flags that it may have. */
  readonly flags: number;
  /** Whether it belongs to the connection, to one of its streams, or to either. */
  readonly of: 'connection' | 'stream' | 'either';
  readonly isLength: (length: number, flags: number) => boolean;
}

const ofLength = (needed: number) => (length: number) => length === needed;
const any = () => true;
const SHAPES: ReadonlyMap<number, FrameShape> = new Map<number, FrameShape>([
  [FrameType.DATA, { flags: Flag.END_STREAM | Flag.PADDED, of: 'stream', isLength: any }],
  [
    FrameType.HEADERS,
    {
      flags: Flag.END_STREAM | Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY,
      of: 'stream',
      isLength: (length) => length > 0,
    },
  ],
  [FrameType.PRIORITY, { flags: 0, of: 'stream', isLength: ofLength(5) }],
  [FrameType.RST_STREAM, { flags: 0, of: 'stream', isLength: ofLength(4) }],
  [
    FrameType.SETTINGS,
    {
      flags: Flag.ACK,
      of: 'connection',
      isLength: (length, flags) => ((flags & Flag.ACK) === 0 ? length % 6 === 0 : length === 0),
    },
  ],
  [FrameType.PING, { flags: Flag.ACK, of: 'connection', isLength: ofLength(8) }],
  [FrameType.GOAWAY, { flags: 0, of: 'connection', isLength: (length) => length >= 8 }],
  [FrameType.WINDOW_UPDATE, { flags: 0, of: 'either', isLength: ofLength(4) }],
  [FrameType.CONTINUATION, { flags: Flag.END_HEADERS, of: 'stream', isLength: any }],
]);

/**
 * Where in `bytes`, which begin anywhere in a stream, the first of its frames begins; `undefined` when no row of frames is found.
 *
 * When `isAll` of the stream is there, a row that ends where it ends may be shorter, if it takes up the whole stream.
 */
export function firstFrameIn(bytes: Uint8Array, { isAll }: { readonly isAll: boolean }): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAll && bytes.byteLength > 0 && endOfRow(view, 0, Number.POSITIVE_INFINITY) === bytes.byteLength) return 0;
  const last = Math.min(MAX_FRAME_LENGTH, bytes.byteLength - FRAME_HEADER_LENGTH * FRAMES_IN_A_ROW);
  for (let start = 0; start <= last; start += 1) {
    if (endOfRow(view, start, FRAMES_IN_A_ROW) !== undefined) return start;
  }
  return undefined;
}

/** Where `count` frames end that follow each other from `start` on, or as many as there are up to the very end; `undefined` if not. */
function endOfRow(view: DataView, start: number, count: number): number | undefined {
  let at = start;
  for (let found = 0; found < count; found += 1) {
    if (at === view.byteLength && count === Number.POSITIVE_INFINITY) return at;
    if (at + FRAME_HEADER_LENGTH > view.byteLength) return undefined;
    const length = frameLengthAt(view, at);
    if (length === undefined) return undefined;
    at += FRAME_HEADER_LENGTH + length;
  }
  return at;
}

/** The length of what follows the header at `at`, if that can be one. */
function frameLengthAt(view: DataView, at: number): number | undefined {
  const length = view.getUint32(at) >>> 8;
  if (length > MAX_FRAME_LENGTH) return undefined;
  const shape = SHAPES.get(view.getUint8(at + 3));
  const flags = view.getUint8(at + 4);
  if (shape === undefined || (flags & ~shape.flags) !== 0 || !shape.isLength(length, flags)) return undefined;
  const stream = view.getUint32(at + 5);
  if (stream > STREAM_ID_MASK) return undefined;
  if (shape.of !== 'either' && (stream === 0) !== (shape.of === 'connection')) return undefined;
  return length;
}
