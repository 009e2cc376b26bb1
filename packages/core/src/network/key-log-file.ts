/**
 * The one place where the keys that programs log are read, for artifacts and for tests that look at packets while programs run.
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openIfThere } from '../open-if-there.js';
import type { Network } from './network.js';

/** More of a key log than this is of no use to anyone. */
const MAX_KEY_LOG_BYTES = 4 * 1024 * 1024;

/** What was logged, or why it cannot be told. */
export interface KeyLog {
  /** As SSLKEYLOGFILE has it; `undefined` when no program spoke TLS, or it is left out. */
  readonly log: Uint8Array | undefined;
  /** What a person should know who misses the keys. */
  readonly loss: string | undefined;
}

/** The key log of a network; it can be read when the directory of the network is gone. */
export class KeyLogFile {
  readonly #file: number | undefined;

  constructor({ keyLogFile }: Pick<Network, 'keyLogFile'>) {
    // No program may have spoken TLS yet.
    this.#file = keyLogFile === undefined ? undefined : openIfThere(keyLogFile);
  }

  /** How long it is: as long as this is the same, so are the keys. */
  get byteLength(): number {
    return this.#file === undefined ? 0 : fstatSync(this.#file).size;
  }

  read(): KeyLog {
    if (this.#file === undefined) return { log: undefined, loss: undefined };
    const { byteLength } = this;
    if (byteLength <= MAX_KEY_LOG_BYTES) {
      const bytes = new Uint8Array(byteLength);
      return { log: bytes.subarray(0, readSync(this.#file, bytes, 0, byteLength, 0)), loss: undefined };
    }
    return { log: undefined, loss: `The TLS keys are left out: they take more than ${MAX_KEY_LOG_BYTES} bytes` };
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
