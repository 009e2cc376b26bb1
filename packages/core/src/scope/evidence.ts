/**
 * What a network leaves behind, taken while its directory is still there and read once its programs have ended.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Network } from '../network/network.js';
import { NetworkError } from '../network/network-error.js';
import type { SocketInfo } from '../network/socket-info.js';
import { type Recording, readRecording } from './recording.js';
import type { SidecarHost } from './sidecar.js';

/** The state of a network at the end of its test. */
export class Evidence {
  readonly hosts: readonly SidecarHost[];
  readonly sockets: readonly SocketInfo[];
  readonly #losses: string[] = [];
  readonly #file: number | undefined;
  readonly #end: number;

  /** Takes it from a network whose directory is there. The capture's file stays open until `close()`. */
  constructor(network: Network) {
    this.hosts = network.hosts.map(({ name, interfaceId, ipv4, ipv6 }) => ({ name, interfaceId, ipv4, ipv6 }));
    this.sockets = this.#socketsOf(network);
    this.#file = this.#open(network.captureFile);
    this.#end = this.#file === undefined ? 0 : fstatSync(this.#file).size;
  }

  /**
   * The packets up to the moment the evidence was taken: what programs send while they are being ended is not the test's.
   */
  recording(): Recording {
    const { packets, loss } =
      this.#file === undefined ? { packets: [], loss: undefined } : readRecording(this.#file, this.#end);
    const losses = loss === undefined ? this.#losses : [...this.#losses, loss];
    return { packets, loss: losses.length === 0 ? undefined : losses.join('. ') };
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #socketsOf(network: Network): readonly SocketInfo[] {
    try {
      return network.sockets();
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#losses.push(error.message);
      return [];
    }
  }

  #open(captureFile: string | undefined): number | undefined {
    if (captureFile === undefined) return undefined;
    try {
      return openSync(captureFile, 'r');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const isAbsent = code === 'ENOENT';
      this.#losses.push(
        isAbsent ? 'There is no capture file: nothing was recorded' : `Cannot read the capture: ${message}`,
      );
      return undefined;
    }
  }
}
