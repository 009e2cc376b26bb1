/**
 * What a network leaves behind, taken while its directory is still there and read once its programs have ended.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { conversationsIn } from '../dissect/conversations.js';
import { plural } from '../dissect/protocols/units.js';
import { TlsKeyLog } from '../dissect/tls/key-log.js';
import { KeyLogFile } from '../network/key-log-file.js';
import type { Network } from '../network/network.js';
import { socketsOf } from '../network/readable-sockets.js';
import type { Packet } from '../pcapng/packet.js';
import { monotonicMs } from '../real-time.js';
import { OpenRecording } from '../recording/open-recording.js';
import { joinedLosses, type Recording } from '../recording/recording.js';
import { keptKeys } from '../redact/kept-keys.js';
import { Redaction } from '../redact/redaction.js';
import type { SocketInfo } from '../state/socket-info.js';
import type { NetworkNote } from '../timeline/note-log.js';
import type { ProgramRun } from '../timeline/program-run.js';
import type { UnknownName } from '../timeline/unknown-names.js';
import type { CaptureContents } from './artifact-capture.js';
import type { SidecarHost } from './sidecar.js';
import { unknownNameNotes } from './unknown-name-notes.js';

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
  readonly #keyLog: KeyLogFile;

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
    this.#keyLog = new KeyLogFile(network);
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
    const { log, loss: keyLoss } = this.#keyLog.read();
    const tlsKeys = log && new TlsKeyLog([log]);
    const { keys = log, loss: redactionLoss } = this.redaction.isEmpty ? {} : this.#redact(packets, log, tlsKeys);
    const redacted = (note: NetworkNote) => ({ ...note, text: this.redaction.text(note.text) });
    return {
      recording: { packets, dropped, loss: joinedLosses([...this.#losses, keyLoss, redactionLoss, loss]) },
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
    this.#keyLog.close();
  }

  /** The failure has ended the waits. */
  #waitNotes({ source, timeMs }: NetworkNote): NetworkNote[] {
    return this.#pendingWaits.map((text) => ({ source, text: `waits for ${text}`, level: 'error', timeMs }));
  }

  /** Takes the secrets out of `packets`; keeps the keys of connections with nothing to take out: whoever has others reads it in them. */
  #redact(
    packets: readonly Packet[],
    log: Uint8Array | undefined,
    tlsKeys: TlsKeyLog | undefined,
  ): { readonly keys?: Uint8Array; readonly loss?: string } {
    const conversations = conversationsIn(packets, tlsKeys && { tlsKeys, isRemembered: true });
    const kept = log && keptKeys(log, conversations, this.redaction);
    this.redaction.packets(packets, conversations);
    if (kept === undefined) return {};
    const { log: keys, leftOut } = kept;
    if (leftOut === 0) return { keys };
    const loss = `The TLS keys of ${plural(leftOut, 'connection')} are left out: something said there is to be redacted, or is more than text`;
    return { keys, loss };
  }
}
