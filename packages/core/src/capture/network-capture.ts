/**
 * The recording of a network as a test sees it, while programs run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMap } from 'node:util/types';
import { artifactCapture } from '../artifact/artifact-capture.js';
import { Evidence } from '../artifact/evidence.js';
import { journalBlock } from '../artifact/journal.js';
import { refusalHints, withHints } from '../artifact/packet-comments.js';
import { unknownNameNotes } from '../artifact/unknown-name-notes.js';
import type { Network } from '../network/network.js';
import { socketsOf } from '../network/readable-sockets.js';
import { NetworkError } from '../network-error.js';
import { assertOptions, OPTION, type OptionKinds, shown } from '../options/assert-options.js';
import type { Packet } from '../pcapng/packet.js';
import { monotonicMs } from '../real-time.js';
import { withRecorded } from '../recorded-so-far.js';
import { watchRecording } from '../recording/watch-recording.js';
import { Redaction } from '../redact/redaction.js';
import { drawText, type RenderOptions, toldCapture } from '../render/render-text.js';
import { currentScope } from '../scope/current-scope.js';
import { type HostConversation, hostConversation } from './host-conversation.js';
import { RecordedTraffic, type Traffic } from './recorded-traffic.js';

/** How `network.capture.waitFor()` waits. */
export interface WaitForOptions {
  /** Default: 5000. */
  readonly timeoutMs?: number;
  /** Ends the waiting when it aborts. */
  readonly signal?: AbortSignal;
}

const WAIT_FOR_OPTIONS: OptionKinds<WaitForOptions> = { timeoutMs: OPTION.milliseconds, signal: OPTION.signal };
const TEXT_OPTIONS: OptionKinds<RenderOptions> = {
  width: OPTION.count,
  colour: OPTION.flag,
  names: { needed: 'a Map of addresses and their names', accepts: isMap },
  last: OPTION.count,
  lastPackets: OPTION.count,
  tlsKeys: OPTION.object,
  redaction: OPTION.object,
  filter: OPTION.fn,
};
const DEFAULT_TIMEOUT_MS = 5000;
/** How much a failure shows. */
const LAST_STEPS = 30;

/**
 * What a network has recorded so far; each question is answered with all that was recorded before it. `network.capture` gives it.
 *
 * What the network's `redact` takes out is not shown here either.
 *
 * @example
 * await network.capture.waitFor((capture) => capture.conversations().some(({ server }) => server.host === 'db'));
 * console.log(network.capture.text());
 */
export class NetworkCapture {
  readonly #network: Network;
  readonly #redaction: Redaction;
  readonly #traffic: RecordedTraffic;
  readonly #end = new AbortController();

  /** @internal `network.capture` makes it. */
  constructor(network: Network) {
    this.#network = network;
    this.#redaction = new Redaction(network.redact);
    this.#traffic = new RecordedTraffic(network, this.#redaction);
  }

  /**
   * The packets so far, by time.
   *
   * @throws {NetworkError} `NOT_RECORDED` when the network records none; `DISPOSED`
   */
  packets(): readonly Packet[] {
    return this.#read().packets;
  }

  /**
   * The TCP connections and UDP exchanges so far, in the order in which they began. What was said inside TLS is told as well.
   *
   * @throws {NetworkError} `NOT_RECORDED`, `DISPOSED`
   */
  conversations(): readonly HostConversation[] {
    const names = this.#names();
    return this.#read().conversations.map((conversation) => hostConversation(conversation, names));
  }

  /**
   * All so far as a ladder between hosts, with the notes between.
   *
   * @throws {NetworkError} `NOT_RECORDED`, `DISPOSED`
   * @throws {TypeError} For an option that does not exist, or holds what it cannot.
   */
  text(options: RenderOptions = {}): string {
    assertOptions('text()', options, TEXT_OPTIONS);
    const traffic = this.#read();
    const { packets, unknownNames, reading, loss } = traffic;
    const lookups = unknownNameNotes([...unknownNames, ...this.#network.unknownNames], this.#network);
    const blocks = [...this.#network.notes.kept, ...lookups].map((note) =>
      journalBlock({ ...note, text: this.#redaction.text(note.text) }),
    );
    const capture = { packets, names: this.#names(), blocks };
    const told = readsOtherwise(options)
      ? toldCapture(capture, { ...reading, ...options })
      : {
          ...capture,
          conversations: traffic.conversations.filter(options.filter ?? (() => true)),
          found: traffic.conversations.length,
        };
    const hints = refusalHints(told.conversations, socketsOf(this.#network).sockets);
    const text = drawText({ ...told, packets: withHints(told.packets, hints) }, options);
    return loss === undefined ? text : `${text}\n\nIncomplete: ${loss}`;
  }

  /**
   * Writes all so far to a pcapng file, as it would be kept of a test that fails now. The directory for it is made.
   *
   * @throws {NetworkError} `NOT_RECORDED`, `DISPOSED`
   * @throws {TypeError} For what is no path.
   */
  async save(path: string): Promise<void> {
    if (typeof path !== 'string' || path === '') {
      throw new TypeError(`save() got ${shown(path)}: the path of a file is needed`);
    }
    this.#assertReadable();
    const evidence = new Evidence(this.#network);
    let bytes: Uint8Array;
    try {
      ({ bytes } = artifactCapture(evidence.contents(), this.#story()));
    } finally {
      evidence.close();
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }

  /**
   * Waits until `predicate` gives something truthy, and gives that. It is asked now, and again whenever something was
   * recorded; there is no polling.
   *
   * @throws {NetworkError} `WAIT_TIMEOUT` shows what was recorded instead; `NOT_RECORDED`, `DISPOSED`, `WATCH_FAILED`
   */
  async waitFor<T>(
    predicate: (capture: NetworkCapture) => T | Promise<T>,
    options: WaitForOptions = {},
  ): Promise<NonNullable<T>> {
    if (typeof predicate !== 'function') throw new TypeError(`waitFor() got ${shown(predicate)}: a function is needed`);
    assertOptions('waitFor()', options, WAIT_FOR_OPTIONS);
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    this.#assertReadable();
    signal?.throwIfAborted();
    const over = new AbortController();
    let ring = () => {};
    const stopWatching = watchRecording(this.#network.directory, () => ring());
    const waitIsOver = this.#network.waitingFor(() => `the capture to fulfil ${sourceOf(predicate)}`);
    const deadlineMs = monotonicMs() + timeoutMs;
    const timeout = delay(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined); // Only an abort rejects.
    const aborted = abortOf([this.#end.signal, ...(signal === undefined ? [] : [signal])], over.signal);
    try {
      for (;;) {
        const rung = new Promise<void>((resolve) => {
          ring = resolve;
        });
        const result = await predicate(this);
        if (result) return result;
        if (monotonicMs() >= deadlineMs) throw this.#timedOut(predicate, timeoutMs);
        await Promise.race([rung, timeout, aborted]);
        signal?.throwIfAborted();
        this.#assertReadable();
      }
    } finally {
      over.abort();
      stopWatching();
      waitIsOver();
    }
  }

  /** @internal The network goes: nothing more will be recorded. */
  end(): void {
    this.#traffic.forget();
    this.#end.abort();
  }

  #read(): Traffic {
    this.#assertReadable();
    return this.#traffic.read();
  }

  #names(): ReadonlyMap<string, string> {
    return new Map(
      this.#network.hosts.flatMap(({ name, ipv4, ipv6 }) => [[ipv4, name] as const, [ipv6, name] as const]),
    );
  }

  #story(): Parameters<typeof artifactCapture>[1] {
    const { identity } = currentScope() ?? {};
    return identity === undefined ? undefined : { identity, outcome: 'saved', error: undefined, durationMs: undefined };
  }

  #assertReadable(): void {
    const { directory, captureFile } = this.#network;
    if (captureFile === undefined) {
      throw new NetworkError('NOT_RECORDED', `Network ${directory} records no packets: it was made without capture`);
    }
    if (this.#end.signal.aborted) {
      throw new NetworkError('DISPOSED', `The capture of network ${directory} is gone: it has been disposed of`);
    }
  }

  #timedOut(predicate: (capture: NetworkCapture) => unknown, timeoutMs: number): NetworkError {
    const recorded = this.text({ last: LAST_STEPS });
    return new NetworkError(
      'WAIT_TIMEOUT',
      withRecorded(`Waited ${timeoutMs} ms in vain for ${sourceOf(predicate)}`, recorded),
    );
  }
}

function sourceOf(predicate: (capture: NetworkCapture) => unknown): string {
  return String(predicate).replaceAll(/\s+/g, ' ');
}

/** Whether conversations must be looked for and read anew for these options. */
function readsOtherwise({ lastPackets, tlsKeys, redaction }: RenderOptions): boolean {
  return lastPackets !== undefined || tlsKeys !== undefined || redaction !== undefined;
}

/** Resolves once one of `signals` aborts; listens no longer than until `over` does. */
function abortOf(signals: readonly AbortSignal[], over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
    }
  });
}
