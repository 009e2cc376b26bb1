/**
 * Certificates of hosts.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The paths of a private key, and of the certificate that goes with it. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Writes a key to `folder`, and a certificate that is its own authority and says that the key is that of `host`. */
export async function makeCertificate(folder: string, host: string): Promise<Certificate> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${host}`],
    ...['-addext', `subjectAltName=DNS:${host}`, '-days', '2', '-keyout', key, '-out', certificate],
  ]);
  return { key, certificate };
}
