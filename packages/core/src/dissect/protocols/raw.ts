import { excerptOf } from './excerpt.js';
import type { MessageContent } from './message.js';
import type { SideContext } from './protocol.js';
import type { Body, Waiting } from './stream-reader.js';
import { byteCount } from './units.js';

/** Data of no known protocol, in words. */
export function rawContent(body: Body): MessageContent {
  return { protocol: 'data', summary: byteCount(body.length), excerpt: excerptOf(body) };
}

/** Gives out a side's stream as it comes. */
export function* rawSide(context: SideContext): Waiting<void> {
  while (yield* context.input.hasMore()) {
    context.begin();
    const head = context.input.takeAvailable();
    context.emit(rawContent({ head, length: head.byteLength }));
  }
}
