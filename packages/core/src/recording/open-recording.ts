/**
 * The one place where recorded packets come from, for artifacts and for tests that look at them while programs run.
 */
import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Network } from '../network/network.js';
import { openIfThere } from '../open-if-there.js';
import { readStreamProgress, STATE_FILE } from '../state/shared-state.js';
import { DEFAULT_MAX_BYTES, flightPackets } from './flight-packets.js';
import { flightHead, isFlightComplete, isFlightRecorder } from './flight-recorder.js';
import { type Recording, readRecording } from './recording.js';

/** What of a network its recording is found by. */
export type RecordedNetwork = Pick<Network, 'captureFile'> & Partial<Pick<Network, 'recorder'>>;

/** The recording of a network up to the moment this was made; it can be read when the directory of the network is gone. */
export class OpenRecording {
  readonly #file: number | undefined;
  /** Where the recording had come to: a length of a file, or a position of a flight recorder. */
  readonly end: number;
  readonly #isFlightRecorder: boolean;
  /** How much of it is read, the last part; more of it when the network was told to keep more. */
  readonly #maxBytes: number;
  readonly #loss: string | undefined;
  /** The table of sockets, which tells what was read of a killed process's last words. */
  readonly #state: number | undefined;

  constructor({ captureFile, recorder }: RecordedNetwork) {
    this.#maxBytes = Math.max(recorder?.bytes ?? 0, DEFAULT_MAX_BYTES);
    try {
      // For writing, which nobody does: whoever has a recorder open so keeps it from being given to another network.
      this.#file = captureFile === undefined ? undefined : openSync(captureFile, 'r+');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // The first packet makes the file.
      const isEmpty = code === 'ENOENT' && captureFile !== undefined && existsSync(dirname(captureFile));
      if (!isEmpty) this.#loss = `Cannot read the capture: ${message}`;
    }
    // The directory may have been removed.
    this.#state = captureFile === undefined ? undefined : openIfThere(join(dirname(captureFile), STATE_FILE));
    this.#isFlightRecorder = this.#file !== undefined && isFlightRecorder(this.#file);
    this.end =
      this.#file === undefined ? 0 : this.#isFlightRecorder ? flightHead(this.#file) : fstatSync(this.#file).size;
  }

  /** The packets, and what is missing of them. `isOver`: all programs have ended. */
  read({ isOver = false }: { readonly isOver?: boolean } = {}): Recording {
    if (this.#file === undefined) return { packets: [], dropped: 0, loss: this.#loss };
    if (!this.#isFlightRecorder) return readRecording(this.#file, this.end);
    const state = this.#state;
    const sockets = () => (state === undefined ? [] : readStreamProgress(state));
    return flightPackets(this.#file, {
      head: this.end,
      surroundings: { sockets, isOver },
      maxBytes: this.#maxBytes,
    });
  }

  /**
   * Whether all that was sent is recorded. A process that was stopped right behind a send has yet to note what it sent, and
   * one that is ended there never will.
   */
  isComplete(): boolean {
    return this.#file === undefined || !this.#isFlightRecorder || isFlightComplete(this.#file, this.end);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    if (this.#state !== undefined) closeSync(this.#state);
  }
}
