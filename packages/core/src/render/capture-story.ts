/**
 * What a capture says of itself: of an artifact, which test left it and how that ended.
 */
import { inOneLine } from '../dissect/protocols/excerpt.js';
import type { Capture } from '../pcap/capture.js';

/**
 * The comments of the sections of `capture`, without anything that could move a terminal's cursor; empty where there are none.
 *
 * @example
 * captureStory(readCapture(await readFile('test.pcapng'))); // 'shop > sells\nshop.test.ts:12\nfailed after 80 ms\n\nexpected 500 to be 200'
 */
export function captureStory({ blocks }: Pick<Capture, 'blocks'>): string {
  const comments = blocks.flatMap((block) => (block.type === 'section-header' ? (block.comments ?? []) : []));
  return comments.map((comment) => comment.split(/\r?\n/).map(inOneLine).join('\n').trim()).join('\n\n');
}
