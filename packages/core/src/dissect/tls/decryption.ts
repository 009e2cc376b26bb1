/**
 * Follows the handshake of one connection to know which keys each side encrypts with.
 */
import type { Side } from '../conversation.js';
import { ChainedRecords } from './chained-records.js';
import { type CipherSuite, cipherSuite, cipherSuiteName, EARLY_SUITES } from './cipher-suite.js';
import { type ClientHello, type ServerHello, versionName } from './hello.js';
import type { TlsKeyLog, TlsSecretLabel, TlsSecrets } from './key-log.js';
import { sessionKeys, trafficKeys, updatedSecret } from './key-schedule.js';
import { AuthenticatedRecords, type OpenedRecord, type RecordProtection, type TlsRecord } from './record-protection.js';
import { HandshakeType, RecordType, TLS_1_2, TLS_1_3 } from './wire.js';

/** Which secrets of TLS 1.3 a side uses before its last handshake message, and behind it. */
const LABELS: Readonly<Record<Side, readonly [handshake: TlsSecretLabel, application: TlsSecretLabel]>> = {
  client: ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'CLIENT_TRAFFIC_SECRET_0'],
  server: ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0'],
};

/** A secret of TLS 1.3 at work. */
interface Traffic {
  readonly secret: Uint8Array;
  readonly protection: RecordProtection;
}

/** Opens the records of both sides of a connection whose keys are in a log. */
export class TlsDecryption {
  readonly #log: TlsKeyLog;
  #clientRandom = '';
  #server: ServerHello | undefined;
  readonly #traffic: Record<Side, Traffic | undefined> = { client: undefined, server: undefined };
  readonly #session: Record<Side, RecordProtection | undefined> = { client: undefined, server: undefined };
  readonly #problems: Record<Side, string | undefined> = { client: undefined, server: undefined };
  /** What TLS 1.3 lets the client send before the server has answered. */
  #early: { readonly secret: Uint8Array; protection?: RecordProtection } | undefined;

  constructor(log: TlsKeyLog) {
    this.#log = log;
  }

  /** The random bytes of the client, which keys are logged under, in hexadecimal digits. */
  get clientRandom(): string {
    return this.#clientRandom;
  }

  /** Why what `side` sends is not decrypted any more, although there are keys. */
  problemOf(side: Side): string | undefined {
    return this.#problems[side];
  }

  /** Whether the next record of `side`, which has this type, is encrypted and there are keys for it. */
  canOpen(side: Side, type: number): boolean {
    if (this.#problems[side] !== undefined) return false;
    if (this.#session[side] !== undefined) return true;
    const hasKeys = this.#traffic[side] !== undefined || (side === 'client' && this.#early !== undefined);
    return hasKeys && type === RecordType.APPLICATION_DATA;
  }

  clientHello({ random }: ClientHello): void {
    this.#clientRandom = random;
    const secret = this.#secrets?.get('CLIENT_EARLY_TRAFFIC_SECRET' satisfies TlsSecretLabel);
    this.#early = secret && { secret };
  }

  serverHello(hello: ServerHello): void {
    this.#server = hello;
    if (hello.version === TLS_1_3) {
      this.#use('client', LABELS.client[0]);
      this.#use('server', LABELS.server[0]);
    }
  }

  /** `side` encrypts from here on (TLS 1.2); TLS 1.3 has this message for appearance alone. */
  changeCipherSpec(side: Side): void {
    const server = this.#server;
    const secret = this.#secrets?.get('CLIENT_RANDOM' satisfies TlsSecretLabel);
    if (server === undefined || server.version === TLS_1_3 || secret === undefined) return;
    if (server.version !== TLS_1_2) {
      this.#problems[side] = `${versionName(server.version)} is not known here`;
      return;
    }
    const suite = this.#suiteFor(side);
    if (suite === undefined) return;
    const randoms = { client: Buffer.from(this.#clientRandom, 'hex'), server: Buffer.from(server.random, 'hex') };
    const keys = sessionKeys(secret, randoms, suite)[side];
    this.#session[side] =
      suite.mode === 'cbc'
        ? new ChainedRecords(suite, keys, { encryptsThenProves: server.encryptsThenProves })
        : new AuthenticatedRecords(suite, keys, { isTls13: false });
  }

  /** `side` has sent this handshake message encrypted: behind some, other keys count. */
  handshakeMessage(side: Side, type: number): void {
    if (this.#server?.version !== TLS_1_3) return;
    if (type === HandshakeType.FINISHED) this.#use(side, LABELS[side][1]);
    // EndOfEarlyData, or whatever comes in its place when the server had no use for early data.
    if (side === 'client') this.#early = undefined;
    if (type === HandshakeType.KEY_UPDATE) this.#update(side);
  }

  /** What `record` of `side` holds; `undefined` when it cannot be opened: then nothing behind it can be, either. */
  open(side: Side, record: TlsRecord): OpenedRecord | undefined {
    const early = side === 'client' ? this.#openEarly(record) : undefined;
    if (early !== undefined) return early;
    const protection = this.#session[side] ?? this.#traffic[side]?.protection;
    if (protection === undefined) return undefined;
    const opened = protection.open(record);
    if (opened === undefined) this.#problems[side] = 'a record is damaged';
    return opened;
  }

  #openEarly(record: TlsRecord): OpenedRecord | undefined {
    const early = this.#early;
    if (early === undefined) return undefined;
    if (early.protection !== undefined) return early.protection.open(record);
    for (const suite of EARLY_SUITES) {
      const protection = new AuthenticatedRecords(suite, trafficKeys(early.secret, suite), { isTls13: true });
      const opened = protection.open(record);
      if (opened === undefined) continue;
      early.protection = protection;
      return opened;
    }
    return undefined;
  }

  #use(side: Side, label: TlsSecretLabel): void {
    const secret = this.#secrets?.get(label);
    const suite = secret && this.#suiteFor(side);
    this.#traffic[side] = suite && { secret, protection: protectionOf(secret, suite) };
  }

  #update(side: Side): void {
    const before = this.#traffic[side];
    const suite = this.#suiteFor(side);
    if (before === undefined || suite === undefined) return;
    const secret = updatedSecret(before.secret, suite);
    this.#traffic[side] = { secret, protection: protectionOf(secret, suite) };
  }

  #suiteFor(side: Side): CipherSuite | undefined {
    if (this.#server === undefined) return undefined;
    const suite = cipherSuite(this.#server.suite);
    if (suite === undefined) this.#problems[side] = `${cipherSuiteName(this.#server.suite)} is not known here`;
    return suite;
  }

  get #secrets(): TlsSecrets | undefined {
    return this.#log.secretsOf(this.#clientRandom);
  }
}

function protectionOf(secret: Uint8Array, suite: CipherSuite): RecordProtection {
  return new AuthenticatedRecords(suite, trafficKeys(secret, suite), { isTls13: true });
}
