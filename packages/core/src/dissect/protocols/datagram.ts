import { dnsContent } from './dns.js';
import type { MessageContent } from './message.js';
import { rawContent } from './raw.js';

/** What a UDP datagram between a client and `serverPort` says. */
export function datagramContent(bytes: Uint8Array, serverPort: number): MessageContent {
  return dnsContent(bytes, serverPort) ?? rawContent({ head: bytes, length: bytes.byteLength });
}
