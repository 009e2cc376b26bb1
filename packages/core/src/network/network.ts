/**
 * A network: one directory, its hosts, and what is known of its sockets.
 */
import { join, resolve } from 'node:path';
import { IPV4_NETWORK } from '../address/ip.js';
import { NetworkCapture } from '../capture/network-capture.js';
import { NetworkError } from '../network-error.js';
import { assertOptions } from '../options/assert-options.js';
import { wallClockMs } from '../real-time.js';
import { RECORDER_FILE } from '../recording/ring-layout.js';
import { Redaction, type RedactPattern } from '../redact/redaction.js';
import { withoutGhosts } from '../state/live-sockets.js';
import { createSharedState, readProcesses, readSocketRecords, STATE_FILE } from '../state/shared-state.js';
import { bySocketAddress, type SocketInfo, socketInfoOf } from '../state/socket-info.js';
import type { ProcessInfo } from '../state/state-records.js';
import { type NetworkNote, NoteLog, type NoteOptions } from '../timeline/note-log.js';
import { type ProgramRun, ProgramRuns, type ProgramStart } from '../timeline/program-run.js';
import { runStep } from '../timeline/step.js';
import { type UnknownName, UnknownNames } from '../timeline/unknown-names.js';
import { sweepOnce } from './abandoned-directories.js';
import { Disposal } from './disposal.js';
import { watchDoorbell } from './doorbell.js';
import { forgetAtExit, removeAtExit } from './exit-cleanup.js';
import { Host } from './host.js';
import { appendHost, HOSTS_FILE } from './hosts-file.js';
import { InterfaceMap } from './interfaces.js';
import { defaultParent, makeDirectory, removeDirectory } from './network-directory.js';
import { NETWORK_OPTIONS, type NetworkOptions, TEST_HOST_OPTIONS } from './network-options.js';
import { markAsOurs } from './owner-mark.js';
import { PendingWaits, type WaitDescription } from './pending-waits.js';
import { type RecorderLimits, recorderVariables } from './recorder-limits.js';

const KEY_LOG_FILE = 'tls-keys.log';
const MAX_SPAWN = 0xffff_ffff;

/**
 * A network of its own: hosts with fixed addresses and names, every port of them free, nothing in or out.
 *
 * Making one is synchronous and takes well under a millisecond: a directory with two small files. Whoever makes it
 * disposes of it; one that is left over is removed when the process exits.
 *
 * @example
 * await using network = new Network();
 * network.host('web').ipv4; // '10.53.57.11'
 */
export class Network<H extends Host = Host> {
  /** The directory that is the network, `SOCKET_WRAPPER_DIR`. */
  readonly directory: string;
  /** Hosts have addresses `10.53.57.ID`. */
  readonly ipv4Network: '10.53.57.0' = IPV4_NETWORK;
  /** The flight recorder of the native library; it may not exist yet. `undefined` without capture. */
  readonly captureFile: string | undefined;
  /** Where programs log the keys of their TLS connections, as SSLKEYLOGFILE; it may not exist yet. `undefined` without capture. */
  readonly keyLogFile: string | undefined;
  /** What must not be kept or shown. */
  readonly redact: readonly RedactPattern[];
  /** How much of the traffic is kept. */
  readonly recorder: RecorderLimits;

  readonly #notes = new NoteLog();
  readonly #programs = new ProgramRuns();
  readonly #unknownNames = new UnknownNames();
  readonly #pendingWaits = new PendingWaits();
  readonly #interfaces = new InterfaceMap();
  readonly #hosts = new Map<string, H>();
  readonly #testHostName: string;
  readonly #recorderVariables: Readonly<Record<string, string>>;
  #testHost: H | undefined;
  readonly #end: Disposal;
  readonly #watches = new Set<() => void>();
  #capture: NetworkCapture | undefined;
  #disposal: Promise<void> | undefined;
  #isDisposing = false;
  #isGone = false;

  /**
   * @throws {NetworkError} `DIRECTORY_FAILED`, `BAD_HOST_NAME`, `BAD_INTERFACE_ID`, `BAD_REDACTION`
   * @throws {TypeError} For an option that does not exist, or holds what it cannot.
   */
  constructor(options: NetworkOptions = {}) {
    assertOptions('A network', options, NETWORK_OPTIONS);
    const { parent, capture = true, redact = [], recorder = {}, testHost = {} } = options;
    assertOptions('The test host of a network', testHost, TEST_HOST_OPTIONS);
    const { name = 'test', interfaceId = 10 } = testHost;
    new Redaction(redact); // Before anything is made, so that a mistake in it leaves nothing behind.
    this.redact = redact;
    this.#recorderVariables = recorderVariables(recorder);
    this.recorder = recorder;
    this.#interfaces.reserve(name, interfaceId);
    this.#testHostName = this.#interfaces.names[0] ?? name;

    const place = resolve(parent ?? defaultParent());
    sweepOnce(place);
    this.directory = makeDirectory(place, (directory) => {
      markAsOurs(directory);
      createSharedState(join(directory, STATE_FILE));
      appendHost(join(directory, HOSTS_FILE), this.#testHostName, interfaceId);
    });
    removeAtExit(this.directory);
    this.#end = new Disposal(this.directory);
    this.captureFile = capture ? join(this.directory, RECORDER_FILE) : undefined;
    this.keyLogFile = capture ? join(this.directory, KEY_LOG_FILE) : undefined;
  }

  /**
   * The host called `name`, made the first time it is asked for.
   *
   * Interface IDs go up from 11 in the order of the first calls, so a test's addresses are the same in every run.
   *
   * @throws {NetworkError} `BAD_HOST_NAME`, `INTERFACES_EXHAUSTED`, `DISPOSED`
   */
  host(name: string): H {
    this.#assertNot(this.#isDisposing, `give out host ${JSON.stringify(name)}`);
    const isNew = !this.#interfaces.has(name);
    const interfaceId = this.#interfaces.idOf(name);
    const canonical = name.toLowerCase();
    if (isNew) appendHost(join(this.directory, HOSTS_FILE), canonical, interfaceId);
    return this.#hostOf(canonical, interfaceId);
  }

  /** The host that the test itself is. */
  get testHost(): H {
    // Asked for with every socket and every request of the test's own process.
    this.#testHost ??= this.#hostOf(this.#testHostName, this.#interfaces.idOf(this.#testHostName));
    return this.#testHost;
  }

  /** All hosts: the test's first, the others in the order of their first use. */
  get hosts(): readonly H[] {
    return this.#interfaces.names.map((name) => this.#hostOf(name, this.#interfaces.idOf(name)));
  }

  /**
   * The sockets that are open on the network at this moment, like `ss -tulpn`: by host, then port.
   *
   * @throws {NetworkError} `STATE_UNREADABLE`, `STATE_BAD_MAGIC`, `STATE_TRUNCATED`, `STATE_CORRUPT`, `DISPOSED`
   */
  sockets(): SocketInfo[] {
    this.#assertNot(this.#isGone, 'list sockets');
    const names = new Map(this.#interfaces.names.map((name) => [this.#interfaces.idOf(name), name]));
    return withoutGhosts(readSocketRecords(this.#stateFile))
      .map((record) => socketInfoOf(record, (interfaceId) => names.get(interfaceId)))
      .sort(bySocketAddress);
  }

  /**
   * The processes that have entered the network. A killed one may still be listed, and its pid belong to another
   * process by now: `docs/network-directory.md` says how to make sure before signalling it.
   *
   * @throws {NetworkError} `STATE_UNREADABLE`, `STATE_BAD_MAGIC`, `STATE_TRUNCATED`, `DISPOSED`
   */
  processes(): ProcessInfo[] {
    this.#assertNot(this.#isGone, 'list processes');
    return readProcesses(this.#stateFile);
  }

  /** What was recorded so far, to look at, to wait for and to save. */
  get capture(): NetworkCapture {
    if (this.#capture !== undefined) return this.#capture;
    this.#capture = new NetworkCapture(this);
    // Asked for only now, it must know as well.
    if (this.#isGone) this.#capture.end();
    return this.#capture;
  }

  /**
   * Puts a line on the time line of the network, between its packets: the artifact shows it, as do its text and Wireshark.
   *
   * Of very many notes the last ones are kept. Without capture there is no time line, and nothing is.
   */
  note(note: NoteOptions): void {
    if (this.captureFile !== undefined) this.#notes.add(note);
  }

  /** The notes so far, and how many of the first ones were dropped. */
  get notes(): { readonly kept: readonly NetworkNote[]; readonly dropped: number } {
    return { kept: this.#notes.notes, dropped: this.#notes.dropped };
  }

  /** Says that code of this process on `host` looked up a name that no host has; the time line tells of it once. */
  lookedUpInVain(name: string, { interfaceId }: Host): void {
    if (this.captureFile === undefined) return;
    const timestampNs = BigInt(Math.round(wallClockMs() * 1_000_000));
    this.#unknownNames.add({ name, timestampNs, pid: process.pid, spawn: 0, interfaceId });
  }

  /** What `lookedUpInVain()` was told. */
  get unknownNames(): readonly UnknownName[] {
    return this.#unknownNames.all;
  }

  /**
   * Says that the test waits for something on this network; gives back the function to call when it is there. A failure tells
   * of the waits that it met: a test that reaches its time limit does not say what it waited for.
   */
  waitingFor(describe: WaitDescription): () => void {
    return this.#pendingWaits.add(describe);
  }

  /** What the test waits for, as descriptions given to `waitingFor()` tell with `sockets` at hand. */
  pendingWaits(sockets: readonly SocketInfo[]): readonly string[] {
    return this.#pendingWaits.describe(sockets);
  }

  /**
   * Puts a step of the test on the time line. With a function, calls it and gives what it gives; should it fail, so does
   * the step.
   *
   * @throws {TypeError} For a title that is no text, and a second argument that is no function.
   * @example
   * const users = await network.step('client asks for /users', () => fetch('http://web/users'));
   */
  step(title: string): void;
  step<T>(title: string, run: () => T): T;
  step<T>(title: string, run?: () => T): T | undefined {
    return runStep(title, run, (note) => this.note(note));
  }

  /**
   * Says that a program was started, so that its packets carry its name; gives back the function to call at its end.
   */
  programStarted(start: ProgramStart): (end: string) => void {
    return this.#programs.add(start);
  }

  /** The programs that were started on the network, those that have ended included. */
  get programs(): readonly ProgramRun[] {
    return this.#programs.all;
  }

  /**
   * Calls `listener` whenever a socket may have started or stopped listening; gives back the function that ends it.
   *
   * Watch first and read `sockets()` second, and nothing is missed. The watch keeps the process running until it is
   * ended or the network is disposed of.
   *
   * @throws {NetworkError} `WATCH_FAILED`, `DISPOSED`
   */
  watch(listener: () => void): () => void {
    this.#assertNot(this.#isGone, 'be watched');
    const end = watchDoorbell(this.#stateFile, listener);
    const stop = () => {
      this.#watches.delete(stop);
      end();
    };
    this.#watches.add(stop);
    return stop;
  }

  /**
   * The variables that put a program on `host`. Without `LD_PRELOAD`, which is the preload package's.
   *
   * @throws {NetworkError} `FOREIGN_HOST` for a host of another network, `BAD_SPAWN_NUMBER`
   */
  environment(host: Host, { spawn }: { readonly spawn?: number } = {}): Record<string, string> {
    if (host.network.directory !== this.directory) {
      throw new NetworkError(
        'FOREIGN_HOST',
        `Host "${host.name}" belongs to network ${host.network.directory}, not to ${this.directory}`,
      );
    }
    if (spawn !== undefined && !(Number.isInteger(spawn) && spawn >= 1 && spawn <= MAX_SPAWN)) {
      throw new NetworkError('BAD_SPAWN_NUMBER', `${spawn} is not a spawn number: 1 to ${MAX_SPAWN} is needed`);
    }
    return {
      SOCKET_WRAPPER_DIR: this.directory,
      SOCKET_WRAPPER_IPV4_NETWORK: this.ipv4Network,
      SOCKET_WRAPPER_DEFAULT_IFACE: String(host.interfaceId),
      ...(this.captureFile === undefined
        ? {}
        : { SOCKET_WRAPPER_PCAP_FILE: this.captureFile, ...this.#recorderVariables }),
      ...(spawn === undefined ? {} : { SOCKET_WRAPPER_SPAWN: String(spawn) }),
    };
  }

  /**
   * Has `step` run when the network is disposed of, before its directory goes; the last one added runs first.
   *
   * All steps together have 2.5 s. Once they are over a step is still called, but no longer waited for.
   *
   * @throws {NetworkError} `DISPOSED`
   */
  onDispose(step: () => Promise<void> | void): void {
    this.#assertNot(this.#isDisposing, 'take on another step for its end');
    this.#end.add(step);
  }

  /** Whether `dispose()` has been called. */
  get disposed(): boolean {
    return this.#isDisposing;
  }

  /**
   * Runs the steps of `onDispose` in reverse order and removes the directory. Every call gives the same promise.
   *
   * A step that fails keeps none of the others from running. Until the last of them has run, `sockets()`, `processes()`
   * and `watch()` work as before.
   *
   * @throws {AggregateError} All that went wrong.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#disposeOnce();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Makes the object for a host. A subclass with hosts of its own kind overrides it. */
  protected makeHost(name: string, interfaceId: number): H {
    return new Host(this, name, interfaceId) as H;
  }

  get #stateFile(): string {
    return join(this.directory, STATE_FILE);
  }

  // Made when first asked for, not by the constructor: a subclass's makeHost may need the subclass's fields.
  #hostOf(name: string, interfaceId: number): H {
    const host = this.#hosts.get(name) ?? this.makeHost(name, interfaceId);
    this.#hosts.set(name, host);
    return host;
  }

  async #disposeOnce(): Promise<void> {
    this.#isDisposing = true;
    const end = this.#end;
    await end.runAll();
    for (const stop of [...this.#watches]) await end.attempt(stop);
    this.#capture?.end();
    this.#isGone = true;
    await end.attempt(() => {
      removeDirectory(this.directory);
      forgetAtExit(this.directory);
    });
    end.finish();
  }

  #assertNot(isOver: boolean, action: string): void {
    if (!isOver) return;
    throw new NetworkError('DISPOSED', `Network ${this.directory} cannot ${action}: it has been disposed of`);
  }
}
