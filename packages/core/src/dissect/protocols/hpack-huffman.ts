/**
 * The Huffman code of HPACK (RFC 7541, appendix B).
 *
 * The code is canonical: codes of one length are counted up in the order of their symbols, and a longer code
 * goes on where the shorter ones ended. So the lengths alone say all.
 */
import { ProtocolError } from './stream-reader.js';

/** The length of the code of each byte, sixteen bytes a line, and of the end marker. */
const CODE_LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END_MARKER = 256;
const MAX_CODE_LENGTH = 30;
const MAX_PADDING = 7;

/** The codes of one length: the first of them, and their symbols in order. */
interface CodesOfLength {
  readonly first: number;
  readonly symbols: readonly number[];
}

const CODES = codesByLength();

/**
 * The bytes that `compressed` stands for.
 *
 * @throws {ProtocolError} when it is damaged.
 */
export function decodeHuffman(compressed: Uint8Array): Uint8Array {
  const decoded: number[] = [];
  let code = 0;
  let length = 0;
  for (const byte of compressed) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = code * 2 + ((byte >> bit) & 1);
      length += 1;
      const symbol = symbolOf(code, length);
      if (symbol === undefined) {
        if (length >= MAX_CODE_LENGTH) throw new ProtocolError('No Huffman code is this long');
        continue;
      }
      if (symbol === END_MARKER) throw new ProtocolError('The end marker is not to be sent');
      decoded.push(symbol);
      code = 0;
      length = 0;
    }
  }
  // The rest of the last byte must be the beginning of the end marker: ones.
  if (length > MAX_PADDING || code !== 2 ** length - 1) throw new ProtocolError('The Huffman code is cut');
  return Uint8Array.from(decoded);
}

function symbolOf(code: number, length: number): number | undefined {
  const codes = CODES[length];
  return codes?.symbols[code - codes.first];
}

function codesByLength(): CodesOfLength[] {
  const codes: CodesOfLength[] = [];
  let next = 0;
  for (let length = 0; length <= MAX_CODE_LENGTH; length += 1) {
    const symbols = CODE_LENGTHS.flatMap((each, symbol) => (each === length ? [symbol] : []));
    codes.push({ first: next, symbols });
    next = (next + symbols.length) * 2;
  }
  return codes;
}
