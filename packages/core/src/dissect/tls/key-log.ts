/**
 * The secrets of TLS connections, in the form that `SSLKEYLOGFILE` made common (RFC 9850).
 */

import type { Block } from '../../pcapng/blocks/block.js';
import { SecretsType } from '../../pcapng/blocks/decryption-secrets.js';

/** What a line of the log holds. Of TLS 1.2 and before only `CLIENT_RANDOM`, the master secret. */
export type TlsSecretLabel =
  | 'CLIENT_RANDOM'
  | 'CLIENT_EARLY_TRAFFIC_SECRET'
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0';

/** The secrets of one connection. */
export type TlsSecrets = ReadonlyMap<string, Uint8Array>;

const LINE = /^(?<label>[A-Z0-9_]+) (?<random>[0-9a-f]{64}) (?<secret>(?:[0-9a-f]{2})+)$/i;

/**
 * Key logs, by the connections that they are for. Lines that are none, as of a log that is still being written, are passed over.
 *
 * @example
 * conversationsIn(packets, { tlsKeys: new TlsKeyLog([await readFile('keys.log')]) });
 */
export class TlsKeyLog {
  readonly #connections = new Map<string, Map<string, Uint8Array>>();

  constructor(logs: readonly Uint8Array[]) {
    for (const line of logs.flatMap(linesOf)) {
      const { label, random, secret } = LINE.exec(line)?.groups ?? {};
      if (label === undefined || random === undefined || secret === undefined) continue;
      const key = random.toLowerCase();
      const secrets = this.#connections.get(key) ?? new Map<string, Uint8Array>();
      this.#connections.set(key, secrets.set(label, Buffer.from(secret, 'hex')));
    }
  }

  /** Whether there are keys of no connection. */
  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  /** The secrets of the connection whose ClientHello has these random bytes, in hexadecimal digits. */
  secretsOf(clientRandom: string): TlsSecrets | undefined {
    return this.#connections.get(clientRandom);
  }
}

/** The TLS keys in the decryption secrets blocks of a capture. */
export function tlsKeysIn(blocks: readonly Block[]): TlsKeyLog {
  return new TlsKeyLog(
    blocks.flatMap((block) =>
      block.type === 'decryption-secrets' && block.secretsType === SecretsType.TLS_KEY_LOG ? [block.data] : [],
    ),
  );
}

/** The lines of `log` about the connections with these client randoms, in hexadecimal digits. */
export function keysOf(log: Uint8Array, clientRandoms: ReadonlySet<string>): Uint8Array {
  const lines = linesOf(log).filter((line) => {
    const random = LINE.exec(line)?.groups?.['random'];
    return random !== undefined && clientRandoms.has(random.toLowerCase());
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

function linesOf(log: Uint8Array): string[] {
  return Buffer.from(log.buffer, log.byteOffset, log.byteLength)
    .toString('latin1')
    .split(/[\r\n]+/);
}
