/**
 * Opens records that TLS 1.2 encrypts with CBC, which need a proof beside: of what is encrypted (RFC 5246 §6.2.3.2), or of the
 * encrypted bytes (RFC 7366).
 */
import { nodeCrypto } from '../../node-crypto.js';
import type { CipherSuite } from './cipher-suite.js';
import type { SessionKeys } from './key-schedule.js';
import type { OpenedRecord, RecordProtection, TlsRecord } from './record-protection.js';
import { numbered } from './wire.js';

/** AES has blocks of 16 bytes, and so has what it begins with. */
const BLOCK_LENGTH = 16;

/** How a connection proves its records. */
export interface ChainedRecordsOptions {
  /** Whether the proof is of the encrypted bytes. */
  readonly encryptsThenProves: boolean;
}

/** Records of one side that are encrypted with CBC. */
export class ChainedRecords implements RecordProtection {
  readonly #suite: CipherSuite;
  readonly #keys: SessionKeys;
  readonly #encryptsThenProves: boolean;
  #sequence = 0n;

  constructor(suite: CipherSuite, keys: SessionKeys, { encryptsThenProves }: ChainedRecordsOptions) {
    this.#suite = suite;
    this.#keys = keys;
    this.#encryptsThenProves = encryptsThenProves;
  }

  open({ type, header, body }: TlsRecord): OpenedRecord | undefined {
    const opened = this.#encryptsThenProves ? this.#openProved(header, body) : this.#proveOpened(header, body);
    if (opened === undefined) return undefined;
    this.#sequence += 1n;
    return { type, body: opened };
  }

  #openProved(header: Uint8Array, body: Uint8Array): Uint8Array | undefined {
    const end = body.byteLength - this.#suite.tagLength;
    if (end < 0) return undefined;
    const sealed = body.subarray(0, end);
    return this.#isProof(body.subarray(end), header, sealed) ? this.#decrypted(sealed) : undefined;
  }

  #proveOpened(header: Uint8Array, body: Uint8Array): Uint8Array | undefined {
    const plain = this.#decrypted(body);
    const end = (plain?.byteLength ?? 0) - this.#suite.tagLength;
    if (plain === undefined || end < 0) return undefined;
    const content = plain.subarray(0, end);
    return this.#isProof(plain.subarray(end), header, content) ? content : undefined;
  }

  #isProof(proof: Uint8Array, header: Uint8Array, proved: Uint8Array): boolean {
    const { mac = 'sha1' } = this.#suite;
    const expected = nodeCrypto()
      .createHmac(mac, this.#keys.mac)
      .update(numbered(this.#sequence, header, proved.byteLength))
      .update(proved)
      .digest();
    return nodeCrypto().timingSafeEqual(expected, proof);
  }

  /** What is encrypted behind the block that the chain begins with, without the padding at its end. */
  #decrypted(sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.byteLength < 2 * BLOCK_LENGTH || sealed.byteLength % BLOCK_LENGTH !== 0) return undefined;
    const decipher = nodeCrypto().createDecipheriv(
      this.#suite.cipher,
      this.#keys.key,
      sealed.subarray(0, BLOCK_LENGTH),
    );
    decipher.setAutoPadding(false);
    const plain = Buffer.concat([decipher.update(sealed.subarray(BLOCK_LENGTH)), decipher.final()]);
    // Each byte of the padding says how many others there are.
    const padding = plain.at(-1) ?? 0;
    const end = plain.byteLength - padding - 1;
    return end >= 0 && plain.subarray(end).every((byte) => byte === padding) ? plain.subarray(0, end) : undefined;
  }
}
