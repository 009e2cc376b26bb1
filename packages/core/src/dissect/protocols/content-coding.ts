/**
 * Unpacks the first part of a packed body, so that people can read how it begins (RFC 9110 §8.4.1).
 */
import * as zlib from 'node:zlib';
import type { ContentRedaction } from '../conversation.js';
import { excerptOf } from './excerpt.js';
import { BODY_HEAD_LENGTH, type Body } from './stream-reader.js';

/** A few bytes may stand for gigabytes: no more than this is unpacked at once. */
const MAX_OUTPUT_LENGTH = 1024 * 1024;
/** Fewer bytes than this tell nothing. */
const MIN_INPUT_LENGTH = 8;

type Decoder = (bytes: Uint8Array) => Uint8Array;

/** What comes before the place where the bytes were cut is unpacked as well. */
const FLUSH = { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: MAX_OUTPUT_LENGTH } as const;
const gunzip: Decoder = (bytes) => zlib.gunzipSync(bytes, FLUSH);
const deflateInEitherForm: Decoder = (bytes) => {
  // RFC 9110 asks for the header of zlib (RFC 1950), whose first byte says method 8; servers leave it out all the same.
  const hasHeader = ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
  return hasHeader ? zlib.inflateSync(bytes, FLUSH) : zlib.inflateRawSync(bytes, FLUSH);
};
const unBrotli: Decoder = (bytes) =>
  zlib.brotliDecompressSync(bytes, {
    finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
    maxOutputLength: MAX_OUTPUT_LENGTH,
  });

/** Node.js 20 has no Zstandard. Of a larger body nothing can be told: it is unpacked in blocks of 128 KiB. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: typeof zlib.brotliDecompressSync };
const ZSTD_E_FLUSH = 1;
const unZstandard: Decoder | undefined =
  zstdDecompressSync &&
  ((bytes) => zstdDecompressSync(bytes, { finishFlush: ZSTD_E_FLUSH, maxOutputLength: MAX_OUTPUT_LENGTH }));

const DECODERS: ReadonlyMap<string, Decoder | undefined> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', deflateInEitherForm],
  ['br', unBrotli],
  ['zstd', unZstandard],
]);

/** The excerpt of a body that was packed by `coding`, or not at all; nothing where it cannot be told. */
export function excerptOfCoded(
  body: Body,
  coding: string | undefined,
  redaction?: ContentRedaction,
): { excerpt?: string } {
  const shown = coding === undefined ? body : unpacked(body, coding, redaction);
  return shown === undefined || shown.length === 0 ? {} : { excerpt: excerptOf(shown) };
}

/**
 * How `body` begins once it is unpacked; `undefined` when that cannot be told: it is not packed by `coding`, or by one that is
 * not known here. `redaction` sees what nobody could have found in the packed bytes.
 */
function unpacked(body: Body, coding: string, redaction?: ContentRedaction): Body | undefined {
  const decode = DECODERS.get(coding.toLowerCase());
  if (decode === undefined) return undefined;
  const bytes = decodedWithin(body.head, decode);
  if (bytes === undefined) return undefined;
  const isWhole = body.length === body.head.byteLength && bytes.isWhole;
  const told = redaction === undefined ? bytes.output : withoutSecrets(bytes.output, redaction);
  const head = told.subarray(0, BODY_HEAD_LENGTH);
  return { head, length: isWhole ? told.byteLength : Math.max(told.byteLength, head.byteLength + 1) };
}

/** What `decode` makes of `bytes`, or of fewer of them when that would be too much. */
function decodedWithin(bytes: Uint8Array, decode: Decoder): { output: Uint8Array; isWhole: boolean } | undefined {
  for (let { length } = bytes; length >= MIN_INPUT_LENGTH; length >>= 1) {
    try {
      const output = decode(bytes.subarray(0, length));
      return output.byteLength === 0 ? undefined : { output, isWhole: length === bytes.length };
    } catch (error) {
      const { code = '', name } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE') continue;
      // Codes of zlib begin with Z_, those of Brotli with ERR_, and those of Zstandard with ZSTD_.
      if (name === 'Error' && /^(?:Z_|ERR_|ZSTD_)/.test(code)) return undefined;
      throw error;
    }
  }
  return undefined;
}

function withoutSecrets(bytes: Uint8Array, redaction: ContentRedaction): Uint8Array {
  return Buffer.from(redaction.text(Buffer.from(bytes).toString('latin1')), 'latin1');
}
