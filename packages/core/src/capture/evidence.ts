/**
 * What a network leaves behind, taken while its directory is still there and read once its programs have ended.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { plural } from '../dissect/protocols/units.js';
import { TlsKeyLog } from '../dissect/tls/key-log.js';
import type { Network } from '../network/network.js';
import type { NetworkNote } from '../network/note-log.js';
import type { ProgramRun } from '../network/program-run.js';
import { monotonicMs } from '../network/real-time.js';
import type { SocketInfo } from '../network/socket-info.js';
import type { UnknownName } from '../network/unknown-names.js';
import type { Packet } from '../pcap/packet.js';
import { keptKeys } from '../redact/kept-keys.js';
import { Redaction } from '../redact/redaction.js';
import type { SidecarHost } from '../scope/sidecar.js';
import type { CaptureContents } from './artifact-capture.js';
import { OpenRecording } from './open-recording.js';
import { socketsOf } from './readable-sockets.js';
import type { Recording } from './recording.js';
import { unknownNameNotes } from './unknown-name-notes.js';

/** More of a key log than this is of no use to anyone. */
const MAX_KEY_LOG_BYTES = 4 * 1024 * 1024;

/** A process that waits for its turn on a busy machine gets it in that time. */
const SETTLE_TIMEOUT_MS = 100;

/** How to read it. */
export interface ContentsOptions {
  /** Whether all programs have ended. Default: false. */
  readonly isOver?: boolean;
  /** How the test failed. Default: it did not. */
  readonly failure?: NetworkNote | undefined;
}

/** The state of a network at the end of its test. */
export class Evidence {
  readonly hosts: readonly SidecarHost[];
  readonly sockets: readonly SocketInfo[];
  /** What may not be kept. */
  readonly redaction: Redaction;
  readonly #losses: string[] = [];
  readonly #testHost: number;
  readonly #programs: readonly ProgramRun[];
  readonly #notes: readonly NetworkNote[];
  readonly #unknownNames: readonly UnknownName[];
  readonly #pendingWaits: readonly string[];
  readonly #recording: OpenRecording;
  readonly #keyLog: number | undefined;

  /** Takes it from a network whose directory is there. The capture's file stays open until `close()`. */
  constructor(network: Network) {
    this.#testHost = network.testHost.interfaceId;
    this.redaction = new Redaction(network.redact);
    this.hosts = network.hosts.map(({ name, interfaceId, ipv4, ipv6 }) => ({ name, interfaceId, ipv4, ipv6 }));
    const { sockets, loss } = socketsOf(network);
    this.sockets = sockets;
    if (loss !== undefined) this.#losses.push(loss);
    this.#pendingWaits = network.pendingWaits(sockets);
    this.#programs = network.programs.map((run) => ({ ...run, command: this.redaction.text(run.command) }));
    this.#recording = new OpenRecording(network);
    this.#keyLog = openIfThere(network.keyLogFile);
    const { kept, dropped } = network.notes;
    this.#notes = kept;
    this.#unknownNames = network.unknownNames;
    if (dropped > 0) this.#losses.push(`The first ${dropped} lines of output and steps are left out`);
  }

  /**
   * All that the capture of an artifact is made of, without the secrets that it must not hold.
   *
   * The packets are those up to the moment the evidence was taken: what programs send while they are being ended is not
   * the test's. `isOver` says that they have ended: nothing is waited for any more.
   */
  contents({ isOver = false, failure }: ContentsOptions = {}): CaptureContents & { readonly recording: Recording } {
    const { packets, unknownNames = [], loss, dropped } = this.#recording.read({ isOver });
    const log = this.#tlsKeys();
    const tlsKeys = log && new TlsKeyLog([log]);
    const keys = this.#keysToKeep(log, packets);
    this.redaction.packets(packets, tlsKeys);
    const losses = loss === undefined ? this.#losses : [...this.#losses, loss];
    const redacted = (note: NetworkNote) => ({ ...note, text: this.redaction.text(note.text) });
    return {
      recording: { packets, dropped, loss: losses.length === 0 ? undefined : losses.join('. ') },
      hosts: this.hosts,
      sockets: this.sockets,
      programs: this.#programs,
      testHost: this.#testHost,
      notes: [
        ...this.#notes,
        ...unknownNameNotes([...unknownNames, ...this.#unknownNames], { hosts: this.hosts, programs: this.#programs }),
        ...(failure === undefined ? [] : this.#waitNotes(failure)),
      ].map(redacted),
      failure: failure && redacted(failure),
      tlsKeys: keys,
      reading: { ...(tlsKeys && { tlsKeys }), ...(this.redaction.isEmpty ? {} : { redaction: this.redaction }) },
    };
  }

  /**
   * Waits, for a moment at most, until programs have recorded what they have sent: ended before, they never would. What was
   * lost by an earlier end is waited for in vain.
   */
  async settled(): Promise<void> {
    const deadlineMs = monotonicMs() + SETTLE_TIMEOUT_MS;
    while (!this.#recording.isComplete() && monotonicMs() < deadlineMs) await delay(1);
  }

  close(): void {
    this.#recording.close();
    if (this.#keyLog !== undefined) closeSync(this.#keyLog);
  }

  /** With redaction, those of connections with nothing to take out: whoever has the keys of others reads it in them. */
  #keysToKeep(log: Uint8Array | undefined, packets: readonly Packet[]): Uint8Array | undefined {
    if (log === undefined || this.redaction.isEmpty) return log;
    const { log: kept, leftOut } = keptKeys(log, packets, this.redaction);
    if (leftOut > 0) {
      this.#losses.push(
        `The TLS keys of ${plural(leftOut, 'connection')} are left out: something said there is to be redacted, or is more than text`,
      );
    }
    return kept;
  }

  /** The failure has ended the waits. */
  #waitNotes({ source, timeMs }: NetworkNote): NetworkNote[] {
    return this.#pendingWaits.map((text) => ({ source, text: `waits for ${text}`, level: 'error', timeMs }));
  }

  #tlsKeys(): Uint8Array | undefined {
    if (this.#keyLog === undefined) return undefined;
    if (fstatSync(this.#keyLog).size > MAX_KEY_LOG_BYTES) {
      this.#losses.push(`The TLS keys are left out: they take more than ${MAX_KEY_LOG_BYTES} bytes`);
      return undefined;
    }
    return readFileSync(this.#keyLog);
  }
}

function openIfThere(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // No program spoke TLS.
    throw error;
  }
}
