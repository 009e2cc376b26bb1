/**
 * WebSocket frames (RFC 6455 §5), behind the HTTP upgrade.
 */
import { excerptOf } from './excerpt.js';
import type { MessageContent } from './message.js';
import type { SideContext } from './protocol.js';
import { type Body, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount } from './units.js';

const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;
const NAMES: Readonly<Record<number, string>> = {
  [Opcode.CONTINUATION]: 'continuation',
  [Opcode.TEXT]: 'text',
  [Opcode.BINARY]: 'binary',
  [Opcode.CLOSE]: 'close',
  [Opcode.PING]: 'ping',
  [Opcode.PONG]: 'pong',
};
const FINAL = 0x80;
const COMPRESSED = 0x40;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_LENGTH = 4;
const NORMAL_CLOSES: readonly number[] = [1000, 1001, 1005];

/** The frames of one side, each a message. */
export function* websocketSide(context: SideContext): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const first = yield* input.number(1);
    const second = yield* input.number(1);
    const name = NAMES[first & 0x0f];
    if (name === undefined) throw new ProtocolError(`No WebSocket frame has the opcode ${first & 0x0f}`);
    context.draft({ protocol: 'websocket', summary: `WebSocket ${name}` });
    const length = yield* frameLength(context, second & ~MASKED);
    const mask = (second & MASKED) === 0 ? undefined : Uint8Array.from(yield* input.take(MASK_LENGTH));
    const body = unmasked(yield* input.body(length), mask);
    const content = contentOf(first & 0x0f, name, { body, isCompressed: (first & COMPRESSED) !== 0 });
    context.emit((first & FINAL) !== 0 ? content : { ...content, summary: `${content.summary} (more follows)` });
  }
}

function* frameLength({ input }: SideContext, short: number): Waiting<number> {
  if (short === LENGTH_16) return yield* input.number(2);
  if (short !== LENGTH_64) return short;
  const upper = yield* input.number(4);
  return upper * 2 ** 32 + (yield* input.number(4));
}

function unmasked({ head, length }: Body, mask: Uint8Array | undefined): Body {
  if (mask === undefined) return { head, length };
  return { head: head.map((byte, i) => byte ^ (mask[i % MASK_LENGTH] ?? 0)), length };
}

function contentOf(
  opcode: number,
  name: string,
  { body, isCompressed }: { body: Body; isCompressed: boolean },
): MessageContent {
  if (opcode === Opcode.CLOSE) return closeContent(body);
  const size = body.length === 0 ? '' : ` · ${byteCount(body.length)}`;
  const content = { protocol: 'websocket', summary: `WebSocket ${name}${isCompressed ? ' · compressed' : ''}${size}` };
  return isCompressed || body.length === 0 ? content : { ...content, excerpt: excerptOf(body) };
}

function closeContent({ head }: Body): MessageContent {
  if (head.byteLength < 2) return { protocol: 'websocket', summary: 'WebSocket close' };
  const code = ((head[0] ?? 0) << 8) | (head[1] ?? 0);
  const reason = head.subarray(2);
  return {
    protocol: 'websocket',
    summary: `WebSocket close ${code}`,
    ...(reason.byteLength === 0 ? {} : { excerpt: excerptOf({ head: reason, length: reason.byteLength }) }),
    ...(NORMAL_CLOSES.includes(code) ? {} : { tone: 'bad' as const }),
  };
}
