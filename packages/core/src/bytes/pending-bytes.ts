import { join } from './join.js';

const NOTHING = new Uint8Array();

/**
 * The bytes of a file that have arrived and were not used up yet.
 *
 * A chunk is used where it lies; only a record that crosses from one chunk to the next is copied. Bytes that were handed out are never written again, so
 * packets may keep pointing at them.
 */
export class PendingBytes {
  /** The bytes; only those from `position` on are still to be used. */
  bytes: Uint8Array = NOTHING;
  /** The same bytes, for reading numbers. */
  view: DataView = new DataView(this.bytes.buffer);
  /** The first byte that was not used up yet. */
  position = 0;
  #end = 0;
  /** What arrived and was not brought together with `bytes` yet. */
  #rest: Uint8Array = NOTHING;
  #fileOffset = 0;
  #storage: Uint8Array | undefined;

  /** How many bytes are together and wait to be used. */
  get available(): number {
    return this.#end - this.position;
  }

  /** Where in the file the first waiting byte is. */
  get offset(): number {
    return this.#fileOffset + this.position;
  }

  /** Takes in the chunk that follows in the file; `gather` makes it readable. */
  append(chunk: Uint8Array): void {
    this.#rest = this.#rest.byteLength === 0 ? chunk : join([this.#rest, chunk]);
  }

  /**
   * Brings the next `length` bytes together, or all there are; whether there are as many.
   *
   * It may replace `bytes`, `view` and `position`.
   */
  gather(length: number): boolean {
    // Mostly they are; asking a typed array for its length takes longer than all else here.
    if (this.#end - this.position >= length) return true;
    if (this.#rest.byteLength > 0) this.#gatherRest(length);
    return this.#end - this.position >= length;
  }

  #gatherRest(length: number): void {
    const waiting = this.available;
    const start = this.bytes.byteOffset + this.position;
    this.#fileOffset += this.position;
    if (waiting === 0) {
      this.#storage = undefined;
      this.#use(this.#rest);
      this.#rest = NOTHING;
      return;
    }

    const missing = this.#rest.subarray(0, length - waiting);
    this.#rest = this.#rest.subarray(missing.byteLength);
    const gathered = waiting + missing.byteLength;
    // Room behind the waiting bytes is used up before anything is copied again: the cost stays linear
    // when a large record arrives in many small chunks.
    if (this.#storage === undefined || this.#storage.byteLength - start < gathered) {
      const larger = new Uint8Array(Math.max(gathered, waiting * 2));
      larger.set(this.bytes.subarray(this.position));
      this.#storage = larger;
      larger.set(missing, waiting);
      this.#use(larger.subarray(0, gathered));
      return;
    }
    this.#storage.set(missing, start + waiting);
    this.#use(this.#storage.subarray(start, start + gathered));
  }

  #use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
    this.#end = bytes.byteLength;
  }
}
