import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  type Capture,
  CaptureError,
  type ConversationFilter,
  captureJson,
  captureStory,
  conversationFilter,
  conversationsIn,
  followPieces,
  readCapture,
  renderText,
  tlsKeysIn,
} from '@socket-wrapper/core/pcap';
import { wantsColour } from './colour.js';
import { readOptions } from './options.js';
import { UsageError } from './usage-error.js';

interface Request {
  readonly file: string;
  /** The number of the one conversation to show byte for byte. */
  readonly follow: number | undefined;
  readonly filter: string | undefined;
  readonly isJson: boolean;
}

/**
 * `socket-wrapper show FILE` prints what a capture says of itself, and its conversations.
 *
 * Of a damaged file it prints what comes before the damage, says where that is, and gives the exit code 1.
 */
export async function show(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  try {
    const capture = readCapture(await readFile(request.file), { damaged: 'keep' });
    for (const piece of piecesOf(capture, request)) await print(piece);
    if (capture.damage === undefined) return 0;
    throw capture.damage;
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    // Whoever reads the output has seen enough, as `head` does.
    if (code === 'EPIPE') return 0;
    const isTooLarge = code === 'ERR_FS_FILE_TOO_LARGE';
    const isExpected = isTooLarge || error instanceof CaptureError || syscall !== undefined;
    if (!isExpected) throw error;
    const remedy = isTooLarge ? '; editcap takes a part out of it' : '';
    process.stderr.write(`socket-wrapper show: ${request.file}: ${message}${remedy}\n`);
    return 1;
  }
}

/** Waits for whoever reads: what has not been read yet takes memory. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

function* piecesOf(capture: Capture, { follow, filter, isJson }: Request): Generator<string, void> {
  const { isTTY, columns } = process.stdout;
  const colour = wantsColour(isTTY, process.env);
  const { names } = capture;
  if (follow !== undefined) {
    const conversations = conversationsIn(capture.packets, { tlsKeys: tlsKeysIn(capture.blocks) });
    const found = conversations.find(({ id }) => id === follow);
    if (found === undefined) {
      const count = conversations.length;
      const needed = count === 0 ? 'but the capture has no conversations' : `a number from 1 to ${count} is needed`;
      throw new UsageError(`socket-wrapper show: --follow is ${follow}, ${needed}`);
    }
    yield* followPieces(found, { names, colour });
    return;
  }
  const chosen = filter === undefined ? undefined : filterOf(filter, names);
  if (isJson) {
    yield `${JSON.stringify(captureJson(capture, chosen), undefined, 2)}\n`;
    return;
  }
  const text = renderText(capture, {
    colour,
    ...(columns === undefined ? {} : { width: columns }),
    ...(chosen === undefined ? {} : { filter: chosen }),
  });
  const story = captureStory(capture);
  yield story === '' ? `${text}\n` : `${story}\n\n${text}\n`;
}

function filterOf(expression: string, names: ReadonlyMap<string, string>): ConversationFilter {
  try {
    return conversationFilter(expression, names);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`socket-wrapper show: --filter: ${error.message}`);
  }
}

function readRequest(args: readonly string[]): Request {
  const { positionals, values } = readOptions('show', {
    args: [...args],
    allowPositionals: true,
    options: { follow: { type: 'string' }, filter: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new UsageError(`socket-wrapper show: found ${positionals.length} files, the path of one capture is needed`);
  }
  const { follow, filter, json } = values;
  if (follow !== undefined && !/^[1-9]\d*$/.test(follow)) {
    throw new UsageError(
      `socket-wrapper show: --follow is ${JSON.stringify(follow)}, the number of a conversation is needed`,
    );
  }
  if (follow !== undefined && (json || filter !== undefined)) {
    throw new UsageError(
      'socket-wrapper show: --follow shows one conversation byte for byte, without --filter and --json',
    );
  }
  return { file, follow: follow === undefined ? undefined : Number(follow), filter, isJson: json };
}
