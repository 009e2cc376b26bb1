import { describe, expect, it } from 'vitest';
import { golden } from '../../test/golden.js';
import { streamOf } from '../dissect/conversation.js';
import { conversationsIn } from '../dissect/conversations.js';
import { withoutTls } from '../dissect/decrypted-streams.js';
import { messagesOf } from '../dissect/messages.js';
import { TlsKeyLog } from '../dissect/tls/key-log.js';
import { readCapture } from '../pcap/capture.js';
import { keptKeys } from './kept-keys.js';
import { Redaction, type RedactPattern } from './redaction.js';

/** The golden capture with bytes of its own, and its key log. */
function recorded() {
  const { packets, blocks } = readCapture(golden('tls-keys.pcapng'));
  const log = blocks.find((block) => block.type === 'decryption-secrets');
  if (log === undefined) throw new Error('The capture has no keys');
  return { packets, log: log.data };
}

/** What the keys that are kept show of each connection. */
function shownBy(patterns: readonly RedactPattern[]) {
  const { packets, log } = recorded();
  const redaction = new Redaction(patterns);
  const conversations = conversationsIn(packets, { tlsKeys: new TlsKeyLog([log]), isRemembered: true });
  const kept = keptKeys(log, conversations, redaction);
  redaction.packets(packets, conversations);
  const told = conversationsIn(packets, { tlsKeys: new TlsKeyLog([kept.log]) }).map((conversation) =>
    messagesOf(conversation)
      .filter(({ from, isDecrypted }) => from === 'client' && isDecrypted === true)
      .map(({ summary }) => summary),
  );
  return { told, leftOut: kept.leftOut };
}

describe('keptKeys', () => {
  it('leaves out the keys of a connection in which something is to be redacted, and of one that packs what it says', () => {
    expect(shownBy([/authorization: .*/i])).toEqual({
      told: [[], [], ['POST /three · application/x-www-form-urlencoded · 10 bytes']],
      leftOut: 2,
    });
  });

  it('keeps those of connections that said nothing but text, and leaves what they encrypt as it was', () => {
    const encrypted =
      recorded()
        .packets.findLast(({ data }) => data.byteLength > 200)
        ?.data.slice(-4) ?? [];
    // An expression may match encrypted bytes by chance.
    const pattern = Array.from(encrypted, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    expect(shownBy([pattern])).toEqual({
      told: [['GET /one'], [], ['POST /three · application/x-www-form-urlencoded · 10 bytes']],
      leftOut: 1,
    });
  });

  it('leaves all out when one secret is of two connections', () => {
    const { packets, log } = recorded();
    const lines = Buffer.from(log).toString().split('\n');
    const master = lines.find((line) => line.startsWith('CLIENT_RANDOM'))?.split(' ')[2];
    const third = lines.findLast((line) => line.startsWith('SERVER_TRAFFIC_SECRET_0'))?.split(' ')[1];
    const resumed = Buffer.from(`${lines.join('\n')}\nCLIENT_RANDOM ${third} ${master}\n`);
    const conversations = conversationsIn(packets, { tlsKeys: new TlsKeyLog([resumed]) });
    const kept = keptKeys(resumed, conversations, new Redaction(['opensesame']));
    expect(kept).toEqual({ log: Buffer.alloc(0), leftOut: 3 });
  });
});

describe('Redaction', () => {
  it('reaches what was said inside of TLS, and what HTTP/2 packs', () => {
    const { packets, log } = recorded();
    const redaction = new Redaction(['opensesame', '/two']);
    const conversations = conversationsIn(packets, { tlsKeys: new TlsKeyLog([log]), redaction });
    const [first, second] = conversations;
    if (first === undefined || second === undefined) throw new Error('There are fewer conversations');
    expect(Buffer.from(streamOf(withoutTls(first), 'client')).toString()).toContain(
      'Authorization: Bearer xxxxxxxxxx\r\n',
    );
    expect(messagesOf(second).map(({ summary }) => summary)).toContain('GET xxxx (stream 1)');
  });
});
