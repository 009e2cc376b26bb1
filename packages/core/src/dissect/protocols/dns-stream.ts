import { dnsContent } from './dns.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { ProtocolError, type Waiting } from './stream-reader.js';

const DNS_PORT = 53;

/** DNS over TCP: each message has its length before it (RFC 1035 §4.2.2). */
export const dnsStream: StreamProtocol = {
  name: 'dns',
  recognises: ({ serverPort, client }) => serverPort === DNS_PORT && client.byteLength > 2,
  parsers: ({ client, server }) => ({ client: side(client), server: side(server) }),
};

function* side(context: SideContext): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const bytes = yield* input.take(yield* input.number(2));
    const content = dnsContent(bytes, DNS_PORT);
    if (content === undefined) throw new ProtocolError('Not a DNS message');
    context.emit(content);
  }
}
