/**
 * Cipher suites (IANA TLS Cipher Suites): what they are called, and how those of today encrypt.
 */

/** How a suite encrypts records, all of today's with authentication. */
export interface CipherSuite {
  readonly name: string;
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly keyLength: number;
  /** What keys are derived with. */
  readonly hash: 'sha256' | 'sha384';
}

const AES_128 = { cipher: 'aes-128-gcm', keyLength: 16, hash: 'sha256' } as const;
const AES_256 = { cipher: 'aes-256-gcm', keyLength: 32, hash: 'sha384' } as const;
const CHACHA20 = { cipher: 'chacha20-poly1305', keyLength: 32, hash: 'sha256' } as const;

/** The suites of TLS 1.3, then those of TLS 1.2 that authenticate what they encrypt. */
const SUITES: Readonly<Record<number, CipherSuite>> = {
  4865: { name: 'AES_128_GCM_SHA256', ...AES_128 },
  4866: { name: 'AES_256_GCM_SHA384', ...AES_256 },
  4867: { name: 'CHACHA20_POLY1305_SHA256', ...CHACHA20 },
  156: { name: 'RSA_AES_128_GCM_SHA256', ...AES_128 },
  157: { name: 'RSA_AES_256_GCM_SHA384', ...AES_256 },
  158: { name: 'DHE_RSA_AES_128_GCM_SHA256', ...AES_128 },
  159: { name: 'DHE_RSA_AES_256_GCM_SHA384', ...AES_256 },
  49195: { name: 'ECDHE_ECDSA_AES_128_GCM_SHA256', ...AES_128 },
  49196: { name: 'ECDHE_ECDSA_AES_256_GCM_SHA384', ...AES_256 },
  49199: { name: 'ECDHE_RSA_AES_128_GCM_SHA256', ...AES_128 },
  49200: { name: 'ECDHE_RSA_AES_256_GCM_SHA384', ...AES_256 },
  52392: { name: 'ECDHE_RSA_CHACHA20_POLY1305_SHA256', ...CHACHA20 },
  52393: { name: 'ECDHE_ECDSA_CHACHA20_POLY1305_SHA256', ...CHACHA20 },
  52394: { name: 'DHE_RSA_CHACHA20_POLY1305_SHA256', ...CHACHA20 },
};

/** The suites that a TLS 1.3 client may have begun to encrypt with before the server chose one, by the length of its secret. */
export const EARLY_SUITES: readonly CipherSuite[] = [4865, 4866, 4867].flatMap((id) => SUITES[id] ?? []);

/** How the suite with this number encrypts; `undefined` for one that is not known here. */
export function cipherSuite(id: number): CipherSuite | undefined {
  return SUITES[id];
}

/** What the suite with this number is called: `AES_128_GCM_SHA256`, `cipher suite 0x002f`. */
export function cipherSuiteName(id: number): string {
  return SUITES[id]?.name ?? `cipher suite 0x${id.toString(16).padStart(4, '0')}`;
}
