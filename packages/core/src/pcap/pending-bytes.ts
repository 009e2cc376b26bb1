/**
 * The bytes of a file that have arrived and were not used up yet.
 *
 * A chunk is used where it lies as long as records do not cross its end; only the part of a record
 * that waits for the next chunk is copied. Bytes that were handed out are never written again, so
 * packets may keep pointing at them.
 */
export class PendingBytes {
  /** The bytes; only those from `position` on are still to be used. */
  bytes: Uint8Array = new Uint8Array();
  /** The same bytes, for reading numbers. */
  view: DataView = new DataView(this.bytes.buffer);
  /** The first byte that was not used up yet. */
  position = 0;
  #fileOffset = 0;
  #storage: Uint8Array | undefined;

  /** How many bytes wait to be used. */
  get available(): number {
    return this.bytes.byteLength - this.position;
  }

  /** Where in the file the first waiting byte is. */
  get offset(): number {
    return this.#fileOffset + this.position;
  }

  /** Takes in the chunk that follows in the file. */
  append(chunk: Uint8Array): void {
    const waiting = this.available;
    this.#fileOffset += this.position;
    if (waiting === 0) {
      this.#storage = undefined;
      this.#use(chunk);
      return;
    }

    const length = waiting + chunk.byteLength;
    const start = this.bytes.byteOffset + this.position;
    // Room behind the waiting bytes is used up before anything is copied again: the cost stays linear
    // when a large record arrives in many small chunks.
    if (this.#storage === undefined || this.#storage.byteLength - start < length) {
      const larger = new Uint8Array(Math.max(length, waiting * 2));
      larger.set(this.bytes.subarray(this.position));
      this.#storage = larger;
      larger.set(chunk, waiting);
      this.#use(larger.subarray(0, length));
      return;
    }
    this.#storage.set(chunk, start + waiting);
    this.#use(this.#storage.subarray(start, start + length));
  }

  #use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = 0;
  }
}
