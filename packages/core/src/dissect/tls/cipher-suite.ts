/**
 * Cipher suites (IANA TLS Cipher Suites): what they are called, and how they encrypt, which their names say.
 */

/** How a suite encrypts records. */
export interface CipherSuite {
  readonly name: string;
  /** As `node:crypto` calls it. */
  readonly cipher: 'chacha20-poly1305' | `aes-${'128' | '256'}-${Mode}`;
  readonly mode: Mode | 'poly1305';
  readonly keyLength: number;
  /** What keys are derived with. */
  readonly hash: 'sha256' | 'sha384';
  /** How many bytes at the end of a record prove that nobody has changed it. */
  readonly tagLength: number;
  /** What CBC, which proves nothing by itself, makes these bytes with. */
  readonly mac: Mac | undefined;
}

/** How AES is used. */
type Mode = 'gcm' | 'ccm' | 'cbc';

type Mac = 'sha1' | 'sha256' | 'sha384';

/** The suites of TLS 1.3, then those of TLS 1.2 with AES or ChaCha20. */
const NAMES: Readonly<Record<number, string>> = {
  4865: 'AES_128_GCM_SHA256',
  4866: 'AES_256_GCM_SHA384',
  4867: 'CHACHA20_POLY1305_SHA256',
  4868: 'AES_128_CCM_SHA256',
  4869: 'AES_128_CCM_8_SHA256',
  156: 'RSA_AES_128_GCM_SHA256',
  157: 'RSA_AES_256_GCM_SHA384',
  158: 'DHE_RSA_AES_128_GCM_SHA256',
  159: 'DHE_RSA_AES_256_GCM_SHA384',
  168: 'PSK_AES_128_GCM_SHA256',
  169: 'PSK_AES_256_GCM_SHA384',
  49195: 'ECDHE_ECDSA_AES_128_GCM_SHA256',
  49196: 'ECDHE_ECDSA_AES_256_GCM_SHA384',
  49199: 'ECDHE_RSA_AES_128_GCM_SHA256',
  49200: 'ECDHE_RSA_AES_256_GCM_SHA384',
  52392: 'ECDHE_RSA_CHACHA20_POLY1305_SHA256',
  52393: 'ECDHE_ECDSA_CHACHA20_POLY1305_SHA256',
  52394: 'DHE_RSA_CHACHA20_POLY1305_SHA256',
  52395: 'PSK_CHACHA20_POLY1305_SHA256',
  52396: 'ECDHE_PSK_CHACHA20_POLY1305_SHA256',
  49308: 'RSA_AES_128_CCM',
  49309: 'RSA_AES_256_CCM',
  49310: 'DHE_RSA_AES_128_CCM',
  49311: 'DHE_RSA_AES_256_CCM',
  49312: 'RSA_AES_128_CCM_8',
  49313: 'RSA_AES_256_CCM_8',
  49314: 'DHE_RSA_AES_128_CCM_8',
  49315: 'DHE_RSA_AES_256_CCM_8',
  49316: 'PSK_AES_128_CCM',
  49317: 'PSK_AES_256_CCM',
  49320: 'PSK_AES_128_CCM_8',
  49321: 'PSK_AES_256_CCM_8',
  49324: 'ECDHE_ECDSA_AES_128_CCM',
  49325: 'ECDHE_ECDSA_AES_256_CCM',
  49326: 'ECDHE_ECDSA_AES_128_CCM_8',
  49327: 'ECDHE_ECDSA_AES_256_CCM_8',
  47: 'RSA_AES_128_CBC_SHA',
  51: 'DHE_RSA_AES_128_CBC_SHA',
  53: 'RSA_AES_256_CBC_SHA',
  57: 'DHE_RSA_AES_256_CBC_SHA',
  60: 'RSA_AES_128_CBC_SHA256',
  61: 'RSA_AES_256_CBC_SHA256',
  103: 'DHE_RSA_AES_128_CBC_SHA256',
  107: 'DHE_RSA_AES_256_CBC_SHA256',
  140: 'PSK_AES_128_CBC_SHA',
  141: 'PSK_AES_256_CBC_SHA',
  174: 'PSK_AES_128_CBC_SHA256',
  175: 'PSK_AES_256_CBC_SHA384',
  49161: 'ECDHE_ECDSA_AES_128_CBC_SHA',
  49162: 'ECDHE_ECDSA_AES_256_CBC_SHA',
  49171: 'ECDHE_RSA_AES_128_CBC_SHA',
  49172: 'ECDHE_RSA_AES_256_CBC_SHA',
  49187: 'ECDHE_ECDSA_AES_128_CBC_SHA256',
  49188: 'ECDHE_ECDSA_AES_256_CBC_SHA384',
  49191: 'ECDHE_RSA_AES_128_CBC_SHA256',
  49192: 'ECDHE_RSA_AES_256_CBC_SHA384',
};

const AES_NAME = /AES_(?<bits>128|256)_(?<mode>GCM|CCM|CBC)(?<shortTag>_8)?(?:_(?<hash>SHA\d*))?$/;
const MACS: Readonly<Record<string, Mac>> = { SHA: 'sha1', SHA256: 'sha256', SHA384: 'sha384' };
/** Lengths in bytes. */
const MAC_LENGTH: Readonly<Record<Mac, number>> = { sha1: 20, sha256: 32, sha384: 48 };
const TAG_LENGTH = 16;
const SHORT_TAG_LENGTH = 8;

/** How the suite with this number encrypts; `undefined` for one that is not known here. */
export function cipherSuite(id: number): CipherSuite | undefined {
  const name = NAMES[id];
  return name === undefined ? undefined : suiteNamed(name);
}

/** What the suite with this number is called: `AES_128_GCM_SHA256`, `cipher suite 0x002f`. */
export function cipherSuiteName(id: number): string {
  return NAMES[id] ?? `cipher suite 0x${id.toString(16).padStart(4, '0')}`;
}

function suiteNamed(name: string): CipherSuite {
  const { bits, mode, shortTag, hash = '' } = AES_NAME.exec(name)?.groups ?? {};
  // TLS 1.2 derives keys with SHA-256 unless the suite names a longer hash (RFC 5246 §5).
  const derivation = hash === 'SHA384' ? 'sha384' : 'sha256';
  if (bits === undefined) {
    const cipher = 'chacha20-poly1305';
    return { name, cipher, mode: 'poly1305', keyLength: 32, hash: derivation, tagLength: TAG_LENGTH, mac: undefined };
  }
  const size = bits === '128' ? '128' : '256';
  const aes = { name, keyLength: Number(bits) / 8, hash: derivation } as const;
  const mac = mode === 'CBC' ? MACS[hash] : undefined;
  if (mac !== undefined) return { ...aes, cipher: `aes-${size}-cbc`, mode: 'cbc', tagLength: MAC_LENGTH[mac], mac };
  const tagLength = shortTag === undefined ? TAG_LENGTH : SHORT_TAG_LENGTH;
  const authenticated = mode === 'CCM' ? 'ccm' : 'gcm';
  return { ...aes, cipher: `aes-${size}-${authenticated}`, mode: authenticated, tagLength, mac };
}

/** The suites that a TLS 1.3 client may have begun to encrypt with before the server chose one. */
export const EARLY_SUITES: readonly CipherSuite[] = [4865, 4866, 4867, 4868, 4869].flatMap(
  (id) => cipherSuite(id) ?? [],
);
