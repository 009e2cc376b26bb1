/**
 * The numbers of TLS that more than one file here needs (RFC 8446 §B).
 */

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
