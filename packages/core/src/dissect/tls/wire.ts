/**
 * The numbers of TLS that more than one file here needs (RFC 8446 §B).
 */

/** The version number of TLS 1.2. */
export const TLS_1_2 = 0x0303;

/** The version number of TLS 1.3. */
export const TLS_1_3 = 0x0304;

/** What a record holds. */
export const RecordType = { CHANGE_CIPHER_SPEC: 20, ALERT: 21, HANDSHAKE: 22, APPLICATION_DATA: 23 } as const;

/** The handshake messages that something depends on. */
export const HandshakeType = {
  CLIENT_HELLO: 1,
  SERVER_HELLO: 2,
  ENCRYPTED_EXTENSIONS: 8,
  FINISHED: 20,
  KEY_UPDATE: 24,
} as const;

const SEQUENCE_LENGTH = 8;

/** What TLS 1.2 proves besides a record's content: its number, and its header with the length that the content has (RFC 5246 §6.2.3). */
export function numbered(sequence: bigint, header: Uint8Array, length: number): Uint8Array {
  const proved = new Uint8Array(SEQUENCE_LENGTH + header.byteLength);
  const view = new DataView(proved.buffer);
  view.setBigUint64(0, sequence);
  proved.set(header, SEQUENCE_LENGTH);
  view.setUint16(proved.byteLength - 2, length);
  return proved;
}
