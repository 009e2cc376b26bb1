/**
 * What a network has recorded so far, read and decrypted once for all questions between two packets.
 */
import type { Conversation, ReadingOptions } from '../dissect/conversation.js';
import { conversationsIn } from '../dissect/conversations.js';
import { TlsKeyLog } from '../dissect/tls/key-log.js';
import { KeyLogFile } from '../network/key-log-file.js';
import type { Network } from '../network/network.js';
import { OpenRecording } from '../recording/open-recording.js';
import { joinedLosses, type RecordedPacket } from '../recording/recording.js';
import type { Redaction } from '../redact/redaction.js';
import type { UnknownName } from '../timeline/unknown-names.js';

/** A recording up to some moment, without what must not be told. */
export interface Traffic {
  readonly packets: readonly RecordedPacket[];
  readonly unknownNames: readonly UnknownName[];
  /** How its conversations are read. */
  readonly reading: ReadingOptions;
  /** What is missing of it. */
  readonly loss: string | undefined;
  /** Looked for when they are asked for. */
  readonly conversations: readonly Conversation[];
}

/** Reads the recording of a network that is still there. */
export class RecordedTraffic {
  readonly #network: Network;
  readonly #redaction: Redaction;
  #last: { readonly position: string; readonly traffic: Traffic } | undefined;

  constructor(network: Network, redaction: Redaction) {
    this.#network = network;
    this.#redaction = redaction;
  }

  /** All so far. What was read before is given again as long as nothing was recorded since. */
  read(): Traffic {
    const recording = new OpenRecording(this.#network);
    // Keys are written down before what they encrypt, so they are read behind it.
    const keyLog = new KeyLogFile(this.#network);
    try {
      const position = `${recording.end} ${keyLog.byteLength}`;
      if (this.#last?.position === position) return this.#last.traffic;
      // Of what is still being sent more is known the next time.
      const isSettled = recording.isComplete();
      const traffic = this.#trafficOf(recording, keyLog);
      this.#last = isSettled ? { position, traffic } : undefined;
      return traffic;
    } finally {
      keyLog.close();
      recording.close();
    }
  }

  /** Lets go of what was read. */
  forget(): void {
    this.#last = undefined;
  }

  #trafficOf(recording: OpenRecording, keyLog: KeyLogFile): Traffic {
    const { packets, unknownNames = [], loss } = recording.read();
    const keys = keyLog.read();
    const tlsKeys = new TlsKeyLog(keys.log === undefined ? [] : [keys.log]);
    if (!this.#redaction.isEmpty) this.#redaction.packets(packets, conversationsIn(packets, { tlsKeys }));
    const redaction = this.#redaction.isEmpty ? {} : { redaction: this.#redaction };
    const reading: ReadingOptions = { tlsKeys, isRemembered: true, ...redaction };
    let conversations: readonly Conversation[] | undefined;
    return {
      packets,
      unknownNames,
      reading,
      loss: joinedLosses([loss, keys.loss]),
      get conversations() {
        conversations ??= conversationsIn(packets, reading);
        return conversations;
      },
    };
  }
}
