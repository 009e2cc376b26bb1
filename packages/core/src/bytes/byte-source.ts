/**
 * Bytes that arrive in chunks, unpacked if they are compressed with gzip.
 */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip, gunzipSync } from 'node:zlib';
import { CaptureError } from './capture-error.js';

/** Where a file's bytes come from: a Node or a Web stream, or anything else that gives them in chunks. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array>;

const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** Whether a file that begins with `bytes` is compressed with gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return GZIP_MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * `bytes`, unpacked if they are compressed with gzip.
 *
 * @throws {CaptureError} `BAD_GZIP` when they are, but damaged.
 */
export function unpacked(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw badGzip(error, 0);
  }
}

/**
 * The chunks of `source`, unpacked if they are compressed with gzip.
 *
 * @throws {CaptureError} `BAD_GZIP` when they are, but damaged; what could be unpacked came first.
 */
export async function* unpackedChunks(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  const chunks = iterate(source);
  try {
    const head = await readHead(chunks);
    const all = withHead(head, chunks);
    yield* isGzip(head) ? unzipped(all) : all;
  } finally {
    // A reader that stops at the first chunk has not begun with the rest, which would close the source.
    await chunks.return();
  }
}

async function* unzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let offset = 0;
  const unzip = createGunzip();
  const input = Readable.from(chunks);
  // An error of the source must end the unpacking, and keep its own name.
  input.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of input.pipe(unzip)) {
      yield chunk as Uint8Array;
      offset += (chunk as Uint8Array).byteLength;
    }
  } catch (error) {
    throw isZlibError(error) ? badGzip(error, offset) : error;
  } finally {
    input.destroy();
    unzip.destroy();
  }
}

async function* iterate(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  yield* source as AsyncIterable<Uint8Array>;
}

/** The first chunks, until they tell whether this is gzip. */
async function readHead(chunks: AsyncIterator<Uint8Array, void>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.byteLength < GZIP_MAGIC.length) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = head.byteLength === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* withHead(head: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (head.byteLength > 0) yield head;
  yield* chunks;
}

/** By its code: under Jest the error is of another realm, and no instance of Error here. */
function isZlibError(error: unknown): error is Error {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('Z_');
}

function badGzip(cause: unknown, offset: number): CaptureError {
  if (!isZlibError(cause)) throw cause;
  return new CaptureError('BAD_GZIP', `Cannot unpack the capture behind byte ${offset}: ${cause.message}`, {
    cause,
    offset,
  });
}
