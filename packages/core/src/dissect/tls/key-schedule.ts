/**
 * Makes keys of the secrets in a key log, as both sides of the connection did.
 */
import { nodeCrypto } from '../../node-crypto.js';
import type { CipherSuite } from './cipher-suite.js';

/** What one side encrypts with. */
export interface TrafficKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** What one side encrypts with in TLS 1.2. */
export interface SessionKeys extends TrafficKeys {
  /** What CBC proves its records with; else nothing. */
  readonly mac: Uint8Array;
}

const IV_LENGTH = 12;
/** How much of it is secret in TLS 1.2: AES has the rest of it in each record (RFC 5288 §3, RFC 6655 §3, RFC 5246 §6.2.3.2). */
const SECRET_IV_LENGTH = { poly1305: IV_LENGTH, gcm: 4, ccm: 4, cbc: 0 } as const;
const HASH_LENGTH = { sha256: 32, sha384: 48 } as const;

/** The keys of a traffic secret of TLS 1.3 (RFC 8446 §7.3). */
export function trafficKeys(secret: Uint8Array, { hash, keyLength }: CipherSuite): TrafficKeys {
  return {
    key: expandLabel(secret, { label: 'key', length: keyLength, hash }),
    iv: expandLabel(secret, { label: 'iv', length: IV_LENGTH, hash }),
  };
}

/** The traffic secret behind a KeyUpdate (RFC 8446 §7.2). */
export function updatedSecret(secret: Uint8Array, { hash }: CipherSuite): Uint8Array {
  return expandLabel(secret, { label: 'traffic upd', length: HASH_LENGTH[hash], hash });
}

/** The keys of both sides in TLS 1.2 (RFC 5246 §6.3); the random bytes are those of the hellos. */
export function sessionKeys(
  masterSecret: Uint8Array,
  randoms: Readonly<Record<'client' | 'server', Uint8Array>>,
  { hash, mode, mac, tagLength, keyLength }: CipherSuite,
): Readonly<Record<'client' | 'server', SessionKeys>> {
  const lengths = [mac === undefined ? 0 : tagLength, keyLength, SECRET_IV_LENGTH[mode]] as const;
  const seed = Buffer.concat([Buffer.from('key expansion'), randoms.server, randoms.client]);
  const block = prf(masterSecret, seed, { hash, length: 2 * (lengths[0] + lengths[1] + lengths[2]) });
  let taken = 0;
  const pair = (length: number) => {
    const start = taken;
    taken += 2 * length;
    return { client: block.subarray(start, start + length), server: block.subarray(start + length, taken) };
  };
  const [macs, keys, ivs] = [pair(lengths[0]), pair(lengths[1]), pair(lengths[2])];
  return {
    client: { mac: macs.client, key: keys.client, iv: ivs.client },
    server: { mac: macs.server, key: keys.server, iv: ivs.server },
  };
}

type Hash = CipherSuite['hash'];

/** HKDF-Expand-Label without a context (RFC 8446 §7.1, RFC 5869 §2.3). */
function expandLabel(
  secret: Uint8Array,
  { label, length, hash }: { readonly label: string; readonly length: number; readonly hash: Hash },
): Uint8Array {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Uint8Array.of(length >> 8, length & 0xff, name.length), name, Uint8Array.of(0)]);
  let block: Uint8Array = new Uint8Array();
  const blocks: Uint8Array[] = [];
  for (let made = 0, count = 1; made < length; made += block.byteLength, count++) {
    block = hmac(hash, secret, Buffer.concat([block, info, Uint8Array.of(count)]));
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** P_hash (RFC 5246 §5). */
function prf(secret: Uint8Array, seed: Uint8Array, { hash, length }: { hash: Hash; length: number }): Uint8Array {
  const blocks: Uint8Array[] = [];
  let a = seed;
  for (let made = 0; made < length; made += HASH_LENGTH[hash]) {
    a = hmac(hash, secret, a);
    blocks.push(hmac(hash, secret, Buffer.concat([a, seed])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function hmac(hash: Hash, key: Uint8Array, data: Uint8Array): Uint8Array {
  return nodeCrypto().createHmac(hash, key).update(data).digest();
}
