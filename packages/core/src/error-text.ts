import { inspect, stripVTControlCharacters } from 'node:util';
import { withoutRecorded } from './recorded-so-far.js';

/** How many errors lie behind one another at most: a cause may be its own. */
const MAX_DEPTH = 5;

/**
 * What `error` says and why, without colours and traffic: `fetch failed: self-signed certificate`. Anything can be thrown, also from another
 * realm; what the message of an error says already is not said again.
 */
export function errorText(error: unknown): string {
  let text = messageOf(error);
  for (const cause of causesOf(error)) {
    if (cause === '' || text.includes(cause)) continue;
    if (text === '') text = cause;
    else text += text.includes('\n') ? `\nCaused by: ${cause}` : `: ${cause}`;
  }
  return text;
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return stripVTControlCharacters(error);
  const { message } = fieldsOf(error);
  return stripVTControlCharacters(typeof message === 'string' ? withoutRecorded(message) : inspect(error));
}

/** What lies behind `error`, the nearest first. Of several errors at once, as one for each address, all are told. */
function causesOf(error: unknown, depth = 0): string[] {
  const { cause, errors } = fieldsOf(error);
  if (depth >= MAX_DEPTH) return [];
  const told = Array.isArray(errors) && messageOf(error) === '' ? [errors.map(messageOf).join('; ')] : [];
  if (cause === undefined || cause === null) return told;
  const isError = typeof fieldsOf(cause).message === 'string';
  return [...told, ...(isError ? [messageOf(cause)] : []), ...causesOf(cause, depth + 1)];
}

function fieldsOf(error: unknown): { message?: unknown; cause?: unknown; errors?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}
