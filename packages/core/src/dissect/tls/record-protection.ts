/**
 * Opens the encrypted records of one side, one after the other (RFC 8446 §5.2, RFC 5246 §6.2.3.3).
 */
import type { CipherGCMTypes } from 'node:crypto';
import { nodeCrypto } from '../../node-crypto.js';
import type { CipherSuite } from './cipher-suite.js';
import type { TrafficKeys } from './key-schedule.js';
import { numbered } from './wire.js';

/** A record as it was sent. */
export interface TlsRecord {
  readonly type: number;
  /** Type, version and length, the five bytes before the body. */
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

/** What a record held. */
export interface OpenedRecord {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Opens records. */
export interface RecordProtection {
  /** What the next record holds; `undefined` when it was not made with these keys, or was damaged. */
  open(record: TlsRecord): OpenedRecord | undefined;
}

const NONCE_LENGTH = 12;
const EXPLICIT_NONCE_LENGTH = 8;
const SEQUENCE_LENGTH = 8;

/** Records of a cipher that authenticates by itself: the keys of one side, and how many records they have opened. */
export class AuthenticatedRecords implements RecordProtection {
  readonly #suite: CipherSuite;
  readonly #keys: TrafficKeys;
  readonly #isTls13: boolean;
  #sequence = 0n;

  constructor(suite: CipherSuite, keys: TrafficKeys, { isTls13 }: { readonly isTls13: boolean }) {
    this.#suite = suite;
    this.#keys = keys;
    this.#isTls13 = isTls13;
  }

  open({ type, header, body }: TlsRecord): OpenedRecord | undefined {
    // AES in TLS 1.2 has part of the nonce in front of each record.
    const explicitLength = this.#keys.iv.byteLength === NONCE_LENGTH ? 0 : EXPLICIT_NONCE_LENGTH;
    const end = body.byteLength - this.#suite.tagLength;
    if (end < explicitLength) return undefined;

    const nonce =
      explicitLength === 0 ? this.#nonce() : Buffer.concat([this.#keys.iv, body.subarray(0, explicitLength)]);
    const additional = this.#isTls13 ? header : numbered(this.#sequence, header, end - explicitLength);
    const plain = this.#decrypted(nonce, additional, {
      sealed: body.subarray(explicitLength, end),
      tag: body.subarray(end),
    });
    if (plain === undefined) return undefined;
    this.#sequence += 1n;
    return this.#isTls13 ? withoutPadding(plain) : { type, body: plain };
  }

  #decrypted(
    nonce: Uint8Array,
    additional: Uint8Array,
    { sealed, tag }: Readonly<Record<'sealed' | 'tag', Uint8Array>>,
  ): Uint8Array | undefined {
    // The types know lengths of tags for GCM; ChaCha20-Poly1305 and CCM take the same calls.
    const cipher = this.#suite.cipher as CipherGCMTypes;
    const decipher = nodeCrypto().createDecipheriv(cipher, this.#keys.key, nonce, { authTagLength: tag.byteLength });
    decipher.setAuthTag(tag);
    // CCM must know beforehand how long it is.
    decipher.setAAD(additional, { plaintextLength: sealed.byteLength });
    const plain = decipher.update(sealed);
    try {
      decipher.final();
      return plain;
    } catch (error) {
      if (/unable to authenticate/.test((error as Error).message)) return undefined;
      throw error;
    }
  }

  #nonce(): Uint8Array {
    const nonce = Uint8Array.from(this.#keys.iv);
    const view = new DataView(nonce.buffer);
    const offset = NONCE_LENGTH - SEQUENCE_LENGTH;
    view.setBigUint64(offset, view.getBigUint64(offset) ^ this.#sequence);
    return nonce;
  }
}

/** TLS 1.3 puts the type behind the content, and zeros behind the type (RFC 8446 §5.4). */
function withoutPadding(plain: Uint8Array): OpenedRecord | undefined {
  let end = plain.byteLength;
  while (end > 0 && plain[end - 1] === 0) end -= 1;
  const type = plain[end - 1];
  return type === undefined ? undefined : { type, body: plain.subarray(0, end - 1) };
}
