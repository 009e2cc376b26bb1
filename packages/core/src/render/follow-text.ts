import { isUtf8 } from 'node:buffer';
import type { Conversation, ConversationEvent, Peer, Side } from '../dissect/conversation.js';
import { decryptedStreams } from '../dissect/decrypted-streams.js';
import { plural } from '../dissect/protocols/units.js';
import { COLOURS, NO_COLOURS } from './colour.js';

/** How the bytes of a conversation are shown. */
export interface FollowOptions {
  /** Names of addresses. Default: none. */
  readonly names?: ReadonlyMap<string, string>;
  /** Whether to use the colours of a terminal. Default `false`. */
  readonly colour?: boolean;
}

/** How many bytes are put into one piece of text: strings have an end. */
const PIECE_LENGTH = 1024 * 1024;

/**
 * All that both sides of `conversation` said, in turns, under a line that names who speaks. Where there are keys of TLS, what
 * was said inside it, which that line says too.
 *
 * Bytes that are no text are shown as dots, so that nothing can move the cursor of a terminal. Of a conversation of more than some
 * hundred megabytes, which no string can hold, take `followPieces`.
 */
export function followText(conversation: Conversation, options: FollowOptions = {}): string {
  return [...followPieces(conversation, options)].join('').replace(/\n$/, '');
}

/** What `followText` gives, with a line end at its end, in pieces for a stream. */
export function* followPieces(
  conversation: Conversation,
  { names = new Map(), colour = false }: FollowOptions = {},
): Generator<string, void> {
  const palette = colour ? COLOURS : NO_COLOURS;
  const place = ({ address, port }: Peer) => `${names.get(address) ?? address}:${port}`;
  const head = ({ from, isDecrypted }: Turn) => {
    const [sender, receiver] =
      from === 'client' ? [conversation.client, conversation.server] : [conversation.server, conversation.client];
    const mark = isDecrypted ? ' (decrypted)' : '';
    return palette.strong(`── ${place(sender)} ▶ ${place(receiver)}${mark}`);
  };
  const streams = decryptedStreams(conversation) ?? { clear: conversation.events, inside: [] };
  for (const turn of [...turnsOf(streams.clear, false), ...turnsOf(streams.inside, true)]) {
    yield `${head(turn)}\n`;
    for (const said of saidIn(turn)) yield palette.conversation(turn.from === 'client' ? 1 : 2, said);
    yield '\n';
  }
}

/** What one side said until the other did. */
interface Turn {
  readonly from: Side;
  readonly isDecrypted: boolean;
  readonly parts: Uint8Array[];
}

function turnsOf(events: readonly ConversationEvent[], isDecrypted: boolean): Turn[] {
  const turns: Turn[] = [];
  for (const event of events) {
    if (event.kind !== 'data' && event.kind !== 'gap') continue;
    const last = turns.at(-1);
    const turn = last?.from === event.from ? last : { from: event.from, isDecrypted, parts: [] };
    if (turn !== last) turns.push(turn);
    turn.parts.push(event.kind === 'data' ? event.bytes : Buffer.from(`[${plural(event.length, 'byte')} missing]`));
  }
  return turns;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get to a terminal.
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufffd]/g;

/** The text of `turn` but for a line end at its end. Bytes that are none look like letters here and there, which nobody has said. */
function* saidIn({ parts }: Turn): Generator<string, void> {
  const bytes = Buffer.concat(parts);
  const isText = isUtf8(bytes);
  const decoder = new TextDecoder(isText ? 'utf-8' : 'latin1', { ignoreBOM: true });
  let held = '';
  for (let start = 0; start < bytes.byteLength; start += PIECE_LENGTH) {
    const text = held + decoder.decode(bytes.subarray(start, start + PIECE_LENGTH), { stream: true });
    // What may be half of a line end waits for the other.
    const kept = text.replace(/\r?\n?$/, '');
    held = text.slice(kept.length);
    yield isText ? printable(kept) : printable(kept).replaceAll(BEYOND_ASCII, '.');
  }
  yield printable(held).replace(/\n$/, '');
}

const BEYOND_ASCII = /[\u0080-\uffff]/g;

function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNPRINTABLE, '.');
}
