/**
 * Takes secrets out of what is kept: in packets byte for byte, so that lengths and sequence numbers stay true.
 */
import type { Conversation, Side } from '../dissect/conversation.js';
import { sealedSpans } from '../dissect/decrypted-streams.js';
import { NetworkError } from '../network-error.js';
import { shown } from '../options/assert-options.js';
import type { Packet } from '../pcapng/packet.js';
import { renewChecksums } from './checksums.js';
import { clearRuns, type DataEvent } from './clear-runs.js';

/** What to take out: an expression, or its source as text, which then ignores case. `/…/flags` is text as well. */
export type RedactPattern = RegExp | string;

/** Jest hands its configuration to workers as JSON, in which an expression becomes an empty object. */
const LOST_EXPRESSION =
  'it is neither an expression nor text; where options travel as JSON, write it as text, /…/i with its slashes';

const MASK = 'x';
/** What colours text: SGR, ECMA-48 8.3.117. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins one
const STYLES = /(\u001b\[[0-9;]*m)/;
const MASK_BYTE = MASK.charCodeAt(0);

/** Finds secrets and writes `x` over them. */
export class Redaction {
  /** What is taken out, as expressions that find all of it. */
  readonly patterns: readonly RegExp[];

  /** @throws {NetworkError} `BAD_REDACTION` for text that is no expression. */
  constructor(patterns: readonly RedactPattern[] = []) {
    this.patterns = patterns.map(globalPattern);
  }

  /** Whether there is nothing to take out. */
  get isEmpty(): boolean {
    return this.patterns.length === 0;
  }

  /** `text` with an `x` for each character of a secret. */
  text(text: string): string {
    return this.patterns.reduce(
      (left, pattern) => left.replaceAll(pattern, (match) => match.replaceAll(/[^\r\n]/g, MASK)),
      text,
    );
  }

  /** The same for text with colours, which may begin or end inside of a secret. */
  styledText(text: string): string {
    // Every other part is a style.
    const parts = text.split(STYLES);
    const clean = this.text(parts.filter((_, index) => index % 2 === 0).join(''));
    let at = 0;
    return parts
      .map((part, index) => {
        if (index % 2 === 1) return part;
        at += part.length;
        return clean.slice(at - part.length, at);
      })
      .join('');
  }

  /**
   * Writes over the secrets in the data of `packets`, which must be bytes of their own, and of which `conversations` are made.
   *
   * What an expression matches may lie across packets: it is looked for in the streams of connections, and in single
   * datagrams. Checksums of what was changed are made anew. What the keys of the conversations decrypt stays as it is: nothing can be
   * read in it, and it could not be decrypted any more.
   */
  packets(packets: readonly Packet[], conversations: readonly Conversation[]): void {
    if (this.isEmpty) return;
    const changed = new Set<number>();
    const encryptedPackets = new Set<number>();
    for (const conversation of conversations) {
      const sealed = sealedSpans(conversation);
      for (const run of runsOf(conversation)) {
        const { from } = run[0];
        const { clear, encrypted } = clearRuns(run, sealed[from]);
        // Only the first run is known to begin where the stream does.
        sealed[from] = [];
        for (const packet of encrypted) encryptedPackets.add(packet);
        for (const pieces of clear) {
          if (this.#bytes(pieces.map(({ bytes }) => bytes))) for (const { packet } of pieces) changed.add(packet);
        }
      }
    }
    // A segment that was sent twice is in no stream the second time, so every packet is looked at by itself as well.
    packets.forEach((packet, index) => {
      if (encryptedPackets.has(index)) return;
      if (this.#bytes([packet.data.subarray(headersOf(packet.data))])) changed.add(index);
    });
    for (const index of changed) {
      const packet = packets[index];
      if (packet !== undefined) renewChecksums(packet.data);
    }
  }

  /** Writes over the secrets in what was decrypted of a conversation; whether there were any. */
  streams(conversation: Conversation): boolean {
    return runsOf(conversation)
      .map((events) => this.#bytes(events.map(({ bytes }) => bytes)))
      .includes(true);
  }

  /** Writes over the secrets in bytes that belong together; whether there were any. */
  #bytes(parts: readonly Uint8Array[]): boolean {
    const text = parts.map(latin1).join('');
    let isChanged = false;
    for (const pattern of this.patterns) {
      for (const match of text.matchAll(pattern)) {
        isChanged ||= match[0].length > 0;
        overwrite(parts, match.index, match[0]);
      }
    }
    return isChanged;
  }
}

/** What one side sent without a gap, for each side; of datagrams, each by itself. */
function runsOf({ transport, events }: Conversation): Run[] {
  const runs: DataEvent[][] = [];
  const open: Record<Side, DataEvent[]> = { client: [], server: [] };
  for (const event of events) {
    if (event.kind === 'data') open[event.from].push(event);
    if (event.kind !== 'gap' && transport === 'tcp') continue;
    runs.push(open[event.from]);
    open[event.from] = [];
  }
  return [...runs, open.client, open.server].filter(isRun);
}

type Run = [DataEvent, ...DataEvent[]];

function isRun(events: DataEvent[]): events is Run {
  return events.length > 0;
}

/** One character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function overwrite(parts: readonly Uint8Array[], start: number, match: string): void {
  let partStart = 0;
  for (const part of parts) {
    const from = Math.max(0, start - partStart);
    const to = Math.min(part.byteLength, start + match.length - partStart);
    for (let at = from; at < to; at++) {
      // Line ends stay, so that a header that is gone does not take the next one with it.
      if (part[at] !== 0x0a && part[at] !== 0x0d) part[at] = MASK_BYTE;
    }
    partStart += part.byteLength;
  }
}

/** Where the data behind IP and transport headers begins. */
function headersOf(data: Uint8Array): number {
  const isV6 = (data[0] ?? 0) >> 4 === 6;
  const ipLength = isV6 ? 40 : ((data[0] ?? 0) & 0x0f) * 4;
  const protocol = data[isV6 ? 6 : 9];
  if (protocol === 6) return ipLength + ((data[ipLength + 12] ?? 0) >> 4) * 4;
  if (protocol === 17) return ipLength + 8;
  return data.byteLength;
}

function globalPattern(pattern: RedactPattern): RegExp {
  try {
    if (typeof pattern !== 'string' && !isExpression(pattern)) throw new TypeError(LOST_EXPRESSION);
    if (typeof pattern !== 'string') return new RegExp(pattern.source, withGlobal(pattern.flags));
    const { source, flags } = /^\/(?<source>.*)\/(?<flags>[a-z]*)$/s.exec(pattern)?.groups ?? {};
    return source === undefined ? new RegExp(pattern, 'gi') : new RegExp(source, withGlobal(flags ?? ''));
  } catch (cause) {
    const message = `Cannot redact ${typeof pattern === 'string' ? JSON.stringify(pattern) : shown(pattern)}: ${(cause as Error).message}`;
    throw new NetworkError('BAD_REDACTION', message, { cause });
  }
}

/** Those of another realm are no instances of this one's RegExp. */
function isExpression(pattern: unknown): boolean {
  return typeof pattern === 'object' && pattern !== null && 'source' in pattern && 'flags' in pattern;
}

function withGlobal(flags: string): string {
  return `${flags.replaceAll(/[gy]/g, '')}g`;
}
