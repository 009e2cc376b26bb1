/**
 * Puts IP packets together again that were cut to fragments on their way (RFC 791 §3.2, RFC 8200 §4.5).
 */
import type { IpPacket } from './ip.js';

/** A fragment that came with something else: the packet of the capture that it was, for instance. */
export interface Part<T> {
  readonly ip: IpPacket;
  readonly from: T;
}

/** A packet that was put together, and where its parts came from, in the order of their arrival. */
export interface Reassembled<T> {
  readonly ip: IpPacket;
  readonly from: readonly T[];
}

/** The longest payload that 16 bits can tell the length of, and the offset of a fragment with it. */
const MAX_LENGTH = 0xffff;
/** Packets of which a part is missing still; the oldest are given up. */
const MAX_INCOMPLETE = 1000;

/** Collects fragments until one makes a packet complete. */
export class Fragments<T> {
  /** By the packet that they are parts of, the oldest first. */
  readonly #incomplete = new Map<string, Part<T>[]>();

  /** The whole packet, if `part` is the last that was missing. */
  add(part: Part<T>): Reassembled<T> | undefined {
    const key = keyOf(part.ip);
    const parts = [...(this.#incomplete.get(key) ?? []), part];
    const whole = wholeOf(parts);
    if (whole === undefined) this.#incomplete.set(key, parts);
    else this.#incomplete.delete(key);
    return whole;
  }

  /** The fragments of packets that were given up, and from then on forgotten: with `all`, of those that still wait as well. */
  *takeIncomplete({ all = false }: { readonly all?: boolean } = {}): Generator<Part<T>, void> {
    for (const [key, parts] of this.#incomplete) {
      if (!all && this.#incomplete.size <= MAX_INCOMPLETE) return;
      this.#incomplete.delete(key);
      yield* parts;
    }
  }
}

/** The number alone is used again and again: it counts for one pair of hosts and one protocol. */
function keyOf({ version, source, destination, protocol, fragment }: IpPacket): string {
  // The protocol behind a later fragment of IPv6 is only known from the first one.
  return `${source} ${destination} ${version === 4 ? protocol : ''} ${fragment?.id}`;
}

function wholeOf<T>(parts: readonly Part<T>[]): Reassembled<T> | undefined {
  const first = parts.find(({ ip }) => ip.fragment?.offset === 0);
  const last = parts.find(({ ip }) => ip.fragment?.hasMore === false);
  if (first === undefined || last === undefined) return undefined;
  const length = offsetOf(last) + last.ip.payloadLength;
  if (length > MAX_LENGTH) return undefined;

  const payload = new Uint8Array(length);
  let end = 0;
  for (const part of [...parts].sort((a, b) => offsetOf(a) - offsetOf(b))) {
    const { payload: bytes } = part.ip;
    const offset = offsetOf(part);
    if (offset > end) return undefined;
    // Of what came twice the first counts, as it does for the hosts of most systems.
    const fresh = bytes.subarray(end - offset, Math.max(end - offset, length - offset));
    payload.set(fresh, end);
    end += fresh.byteLength;
  }
  if (end < length) return undefined;
  const { fragment: _, ...ip } = first.ip;
  return { ip: { ...ip, payload, payloadLength: length }, from: parts.map(({ from }) => from) };
}

function offsetOf({ ip }: Part<unknown>): number {
  return ip.fragment?.offset ?? 0;
}
