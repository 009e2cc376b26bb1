import type { Body } from './stream-reader.js';

const MAX_TEXT_LENGTH = 300;
const MAX_BYTES = 32;
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/**
 * What `body` holds, for people: text in quotes, its line ends shown as `\n`; otherwise hexadecimal digits
 * and beside them what is printable. JSON goes without quotes, for its own are enough.
 */
export function excerptOf({ head, length }: Body): string {
  if (length === 0) return '';
  const text = printableText(head, length > head.byteLength);
  if (text === undefined) return hexExcerpt(head, length);
  const isCut = length > head.byteLength || text.length > MAX_TEXT_LENGTH;
  const shown = text.slice(0, MAX_TEXT_LENGTH);
  if (/^\s*[[{]/.test(shown)) return `${shown.replaceAll(/\s+/g, ' ').trim()}${isCut ? '…' : ''}`;
  return `"${escaped(shown)}${isCut ? '…' : ''}"`;
}

/** `text` in one line, without anything that could move a terminal's cursor. */
export function inOneLine(text: string): string {
  return text.replaceAll(CONTROL, (character) => ESCAPES[character] ?? codePoint(character));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what this is for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function codePoint(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escaped(text: string): string {
  return inOneLine(text.replaceAll(/["\\]/g, (character) => ESCAPES[character] ?? character));
}

/** The text in `bytes` if people can read it; when the bytes were cut, the last character may be incomplete. */
function printableText(bytes: Uint8Array, isCut: boolean): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    // Bytes that are no UTF-8 are all that a decoder throws for; under Jest its TypeError is of another realm.
    return undefined;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text that people can read has none but white space.
  return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text) ? undefined : text;
}

function hexExcerpt(bytes: Uint8Array, length: number): string {
  const shown = bytes.subarray(0, MAX_BYTES);
  const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const ascii = Array.from(shown, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return `${hex}${length > shown.byteLength ? ' …' : ''}  ${ascii}`;
}
