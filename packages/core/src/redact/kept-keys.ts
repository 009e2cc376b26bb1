/**
 * Chooses the TLS keys that may be kept beside redacted packets: of connections in which there was nothing to take out.
 */
import { isUtf8 } from 'node:buffer';
import { type Conversation, streamOf } from '../dissect/conversation.js';
import { readStream } from '../dissect/read-stream.js';
import { keysOf, TlsKeyLog } from '../dissect/tls/key-log.js';
import type { Redaction } from './redaction.js';

/** The keys that may be kept, and of how many connections they may not. */
export interface KeptKeys {
  readonly log: Uint8Array;
  readonly leftOut: number;
}

/**
 * The keys in `log` of those among `conversations`, which are read with it, that could be decrypted to their end, said nothing but text and in it
 * nothing that `redaction` takes out. What is packed, as headers of HTTP/2 or bodies with gzip, could hide anything.
 */
export function keptKeys(log: Uint8Array, conversations: readonly Conversation[], redaction: Redaction): KeptKeys {
  const tlsKeys = new TlsKeyLog([log]);
  const clean = new Set<string>();
  const unclean = new Set<string>();
  let leftOut = 0;
  for (const conversation of conversations) {
    const randoms = conversation.transport === 'tcp' ? readClean(conversation, redaction) : NOTHING;
    for (const random of randoms.all) (randoms.isClean ? clean : unclean).add(random);
    if (!randoms.isClean) leftOut += 1;
  }
  // A session that was resumed under TLS 1.2 has the secret of the one before.
  const secrets = new Set([...unclean].flatMap((random) => secretsOf(tlsKeys, random)));
  const kept = [...clean].filter((random) => !secretsOf(tlsKeys, random).some((secret) => secrets.has(secret)));
  return { log: keysOf(log, new Set(kept)), leftOut: leftOut + clean.size - kept.length };
}

const NOTHING = { all: [], isClean: true } as const;

function readClean(
  conversation: Conversation,
  redaction: Redaction,
): { readonly all: readonly string[]; readonly isClean: boolean } {
  const { inside, sides } = readStream(conversation);
  const all = [...sides.client.sealed, ...sides.server.sealed]
    .map(({ clientRandom }) => clientRandom)
    .filter((random) => conversation.reading?.tlsKeys?.secretsOf(random) !== undefined);
  if (all.length === 0) return NOTHING;
  const isWhole = !inside.events.some(({ kind }) => kind === 'gap');
  const isClean =
    isWhole && isText(streamOf(inside, 'client')) && isText(streamOf(inside, 'server')) && !redaction.streams(inside);
  return { all, isClean };
}

function secretsOf(keys: TlsKeyLog, random: string): string[] {
  return [...(keys.secretsOf(random)?.values() ?? [])].map((secret) => Buffer.from(secret).toString('hex'));
}

function isText(bytes: Uint8Array): boolean {
  return (
    isUtf8(bytes) &&
    !bytes.some((byte) => (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f)
  );
}
