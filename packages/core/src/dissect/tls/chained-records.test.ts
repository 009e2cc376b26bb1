import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChainedRecords } from './chained-records.js';
import { cipherSuite } from './cipher-suite.js';
import { numbered, RecordType } from './wire.js';

const ECDHE_ECDSA_AES_128_CBC_SHA256 = 49187;
const suite = cipherSuite(ECDHE_ECDSA_AES_128_CBC_SHA256);
if (suite === undefined) throw new Error('The suite is not known');
const { cipher } = suite;
const BLOCK_LENGTH = 16;
const keys = { key: randomBytes(16), mac: randomBytes(32), iv: Buffer.alloc(0) };
const type = RecordType.APPLICATION_DATA;
const header = Uint8Array.of(type, 3, 3, 0, 0);

function encrypted(plain: Uint8Array): Buffer {
  const start = randomBytes(BLOCK_LENGTH);
  const padding = BLOCK_LENGTH - 1 - (plain.byteLength % BLOCK_LENGTH);
  const encryption = createCipheriv(cipher, keys.key, start).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(padding + 1, padding)]);
  return Buffer.concat([start, encryption.update(padded), encryption.final()]);
}

function withProof(sequence: bigint, content: Uint8Array): Buffer {
  const hmac = createHmac('sha256', keys.mac).update(numbered(sequence, header, content.byteLength));
  return Buffer.concat([content, hmac.update(content).digest()]);
}

describe.each([
  ['of what is encrypted', false, (sequence: bigint, content: Uint8Array) => encrypted(withProof(sequence, content))],
  ['of the encrypted bytes', true, (sequence: bigint, content: Uint8Array) => withProof(sequence, encrypted(content))],
])('records with a proof %s', (_name, encryptsThenProves, seal) => {
  it('are opened one after the other, whatever their length', () => {
    const records = new ChainedRecords(suite, keys, { encryptsThenProves });
    for (let length = 0; length < 40; length++) {
      const content = randomBytes(length);
      expect(records.open({ type, header, body: seal(BigInt(length), content) })).toEqual({ type, body: content });
    }
  });

  it('are not opened when one bit of them was changed', () => {
    const body = seal(0n, Buffer.from('a secret'));
    for (let bit = 0; bit < body.byteLength * 8; bit++) {
      const damaged = Uint8Array.from(body);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const records = new ChainedRecords(suite, keys, { encryptsThenProves });
      expect(records.open({ type, header, body: damaged })).toBeUndefined();
    }
  });

  it('are not opened when they are cut off, or not the next', () => {
    const body = seal(0n, Buffer.from('a secret'));
    for (let length = 0; length < body.byteLength; length++) {
      const records = new ChainedRecords(suite, keys, { encryptsThenProves });
      expect(records.open({ type, header, body: body.subarray(0, length) })).toBeUndefined();
    }
    const records = new ChainedRecords(suite, keys, { encryptsThenProves });
    expect(records.open({ type, header, body: seal(1n, Buffer.from('a secret')) })).toBeUndefined();
  });
});
