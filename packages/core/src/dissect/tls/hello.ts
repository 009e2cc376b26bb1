/**
 * ClientHello and ServerHello (RFC 8446 §4.1): which server was asked for, and what both agreed on.
 */
import type { ByteReader } from '../../bytes/byte-reader.js';
import { cipherSuiteName } from './cipher-suite.js';
import { TLS_1_2, TLS_1_3 } from './wire.js';

const VERSIONS: Readonly<Record<number, string>> = {
  768: 'SSL 3.0',
  769: 'TLS 1.0',
  770: 'TLS 1.1',
  [TLS_1_2]: 'TLS 1.2',
  [TLS_1_3]: 'TLS 1.3',
};
const Extension = { SERVER_NAME: 0, ALPN: 16, ENCRYPT_THEN_MAC: 22, SUPPORTED_VERSIONS: 43 } as const;
const HOST_NAME = 0;
const RANDOM_LENGTH = 32;
/** The random bytes that make a ServerHello a HelloRetryRequest (RFC 8446 §4.1.3). */
const RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** What a client asks for. */
export interface ClientHello {
  /** In hexadecimal digits. */
  readonly random: string;
  readonly text: string;
}

/** What a server chose. */
export interface ServerHello {
  readonly version: number;
  /** In hexadecimal digits. */
  readonly random: string;
  /** The number of the cipher suite. */
  readonly suite: number;
  /** Whether suites with CBC prove the encrypted bytes instead of what is in them (RFC 7366). */
  readonly encryptsThenProves: boolean;
  readonly text: string;
}

/** `ClientHello for web.test · ALPN h2, http/1.1 · TLS 1.3`. */
export function describeClientHello(reader: ByteReader): ClientHello {
  let version = reader.u16('version');
  const random = Buffer.from(reader.take(RANDOM_LENGTH, 'random bytes')).toString('hex');
  reader.take(reader.u8('session ID length'), 'session ID');
  reader.take(reader.u16('cipher suites length'), 'cipher suites');
  reader.take(reader.u8('compression methods length'), 'compression methods');
  let name: string | undefined;
  let protocols: string[] = [];
  for (const { type, value } of extensions(reader)) {
    if (type === Extension.SERVER_NAME) name = serverName(value);
    if (type === Extension.ALPN) protocols = protocolNames(value);
    if (type === Extension.SUPPORTED_VERSIONS) version = highestVersion(value);
  }
  const parts = [`ClientHello${name === undefined ? '' : ` for ${name}`}`];
  if (protocols.length > 0) parts.push(`ALPN ${protocols.join(', ')}`);
  parts.push(versionName(version));
  return { random, text: parts.join(' · ') };
}

/** `ServerHello · TLS 1.2 · ECDHE_RSA_AES_128_GCM_SHA256 · ALPN h2`. */
export function describeServerHello(reader: ByteReader): ServerHello {
  let version = reader.u16('version');
  const random = Buffer.from(reader.take(RANDOM_LENGTH, 'random bytes')).toString('hex');
  reader.take(reader.u8('session ID length'), 'session ID');
  const suite = reader.u16('cipher suite');
  reader.u8('compression method');
  let protocols: string[] = [];
  let encryptsThenProves = false;
  for (const { type, value } of extensions(reader)) {
    if (type === Extension.ALPN) protocols = protocolNames(value);
    if (type === Extension.SUPPORTED_VERSIONS) version = value.u16('selected version');
    if (type === Extension.ENCRYPT_THEN_MAC) encryptsThenProves = true;
  }
  const parts = [random === RETRY_RANDOM ? 'HelloRetryRequest' : 'ServerHello', versionName(version)];
  parts.push(cipherSuiteName(suite));
  if (protocols.length > 0) parts.push(`ALPN ${protocols.join(', ')}`);
  return { version, random, suite, encryptsThenProves, text: parts.join(' · ') };
}

/** `EncryptedExtensions · ALPN h2`: what a server of TLS 1.3 chose besides. */
export function describeEncryptedExtensions(reader: ByteReader): string {
  for (const { type, value } of extensions(reader)) {
    if (type === Extension.ALPN) return `EncryptedExtensions · ALPN ${protocolNames(value).join(', ')}`;
  }
  return 'EncryptedExtensions';
}

/** Whether the server asks the client to begin again. */
export function isHelloRetryRequest({ random }: ServerHello): boolean {
  return random === RETRY_RANDOM;
}

function* extensions(reader: ByteReader): Generator<{ type: number; value: ByteReader }> {
  if (reader.remaining < 2) return;
  const all = reader.part(reader.u16('extensions length'));
  while (all.remaining > 0) {
    const type = all.u16('extension type');
    yield { type, value: all.part(all.u16('extension length')) };
  }
}

function serverName(value: ByteReader): string | undefined {
  const list = value.part(value.u16('list length'));
  while (list.remaining > 0) {
    const type = list.u8('name type');
    const name = Buffer.from(list.take(list.u16('name length'), 'name')).toString('latin1');
    if (type === HOST_NAME) return name;
  }
  return undefined;
}

function protocolNames(value: ByteReader): string[] {
  const list = value.part(value.u16('list length'));
  const names: string[] = [];
  while (list.remaining > 0) {
    names.push(Buffer.from(list.take(list.u8('name length'), 'name')).toString('latin1'));
  }
  return names;
}

function highestVersion(value: ByteReader): number {
  const list = value.part(value.u8('list length'));
  let highest = 0;
  while (list.remaining > 1) {
    const version = list.u16('version');
    // Values such as 0x8a8a are there to keep servers tolerant (RFC 8701).
    if (VERSIONS[version] !== undefined) highest = Math.max(highest, version);
  }
  return highest;
}

/** What the version with this number is called: `TLS 1.2`. */
export function versionName(version: number): string {
  return VERSIONS[version] ?? `version 0x${version.toString(16).padStart(4, '0')}`;
}
