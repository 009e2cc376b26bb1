/**
 * Tells of an artifact in the message of the error that failed the test: what every reporter prints.
 */
import { relative } from 'node:path';
import type { Artifact } from '../artifact/artifact.js';
import type { Network } from '../network/network.js';
import { withoutRecorded } from '../recorded-so-far.js';
import { redactError } from '../redact/redact-error.js';
import { Redaction } from '../redact/redaction.js';

/** How much of the traffic of a network that goes on is shown. */
const LAST_STEPS = 30;
/** How many attempts to leave the network a failure lists. */
const MAX_ESCAPES = 10;

/**
 * The lines that tell of an artifact: where it is, how to open it, and the last part of the traffic.
 *
 * @example
 * artifactNote(artifact);
 * // Network capture: test-results/socket-wrapper/web.test.ts-serves.pcapng (12 packets, 2 conversations)
 * // Show it: npx socket-wrapper show test-results/socket-wrapper/web.test.ts-serves.pcapng
 * //
 * // …
 */
export function artifactNote({ path, summary, text, loss, escapes = [] }: Artifact): string {
  const lines = [`${captureLine(path)} (${summary})`];
  // Of a test that failed before anything happened there is nothing to show.
  if (text !== '' || loss !== undefined) lines.push(`Show it: npx socket-wrapper show ${nearest(path)}`);
  if (loss !== undefined) lines.push(`Incomplete: ${loss}`);
  if (escapes.length > 0) lines.push('', ...listOf(escapes));
  if (text !== '') lines.push('', text.trimEnd());
  return lines.join('\n');
}

/** How the note names a capture: by this line others find it in a failure. */
export function captureLine(path: string): string {
  return `Network capture: ${nearest(path)}`;
}

/** The first of `entries`, and how many more there are. */
function listOf(entries: readonly string[]): string[] {
  const more = entries.length - MAX_ESCAPES;
  return more > 0 ? [...entries.slice(0, MAX_ESCAPES), `… and ${more} more`] : [...entries];
}

/**
 * `error` with a note of its artifact in message and stack, and without what its network redacts, changed in place so that it stays the same error.
 *
 * A string is no object: the return value is the new string. What cannot be changed, such as a frozen error, is left
 * alone, and so is an error that has the note already.
 *
 * @returns What to throw or report instead of `error`.
 */
export function appendNote(error: unknown, artifact: Artifact): unknown {
  return appendText(redactError(error, new Redaction(artifact.redact)), artifactNote(artifact));
}

/**
 * `error` with the traffic so far, as {@link appendNote} adds its note: for a test whose network goes on after it, so that
 * there is no artifact yet. A network that records nothing adds nothing.
 */
export function appendTraffic(error: unknown, { capture, captureFile, disposed, redact }: Network): unknown {
  if (captureFile === undefined || disposed) return error;
  const clean = redactError(error, new Redaction(redact));
  return appendText(clean, `The traffic of its network so far:\n\n${capture.text({ last: LAST_STEPS }).trimEnd()}`);
}

function appendText(error: unknown, note: string): unknown {
  if (typeof error === 'string') return error.includes(note) ? error : `${error}\n\n${note}`;
  if (!isErrorLike(error) || error.message.includes(note)) return error;

  const { message, stack } = error;
  const longer = `${withoutRecorded(message)}\n\n${note}`;
  if (!Reflect.set(error, 'message', longer)) return error;
  if (typeof stack === 'string') Reflect.set(error, 'stack', stackWith(stack, message, longer));
  return error;
}

/** A stack begins with the class and the message; the frames follow. */
function stackWith(stack: string, message: string, longer: string): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  if (at >= 0) return stack.slice(0, at) + longer + stack.slice(at + message.length);

  // The message was changed after the stack was taken, or is empty: the note goes in front of the frames.
  const frames = stack.search(/\n\s+at /);
  const end = frames < 0 ? stack.length : frames;
  return `${stack.slice(0, end)}${longer.slice(message.length)}${stack.slice(end)}`;
}

/** Errors of another realm are no instances of this one's Error. */
function isErrorLike(value: unknown): value is { message: string; stack?: unknown } {
  return typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string';
}

/** The path as a person in the working directory would type it. */
function nearest(path: string): string {
  const below = relative(process.cwd(), path);
  const place = below.startsWith('..') ? path : below;
  return /^[\p{L}\p{M}\p{N}@%+=:,./_-]+$/u.test(place) ? place : `'${place.replaceAll("'", "'\\''")}'`;
}
