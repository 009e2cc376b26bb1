/**
 * Puts records together that one side sent in one go: they are told as one message.
 */
import type { MessageContent } from '../protocols/message.js';
import type { SideContext } from '../protocols/protocol.js';
import { byteCount } from '../protocols/units.js';

/** What records are about. */
export type FlightKind = 'handshake' | 'data' | 'alert';

/** Records of one kind that came in one go. */
export interface Flight {
  readonly kind: FlightKind;
  readonly turn: number;
  /** What the handshake messages or alerts in it are. */
  readonly parts: string[];
  dataBytes: number;
  /** Why its data was not decrypted, where it should have been. */
  readonly problem: string | undefined;
}

/** Whose turn it is to speak; both sides share it. */
export interface Turns {
  /** Goes up whenever the other side begins to speak. */
  turn: number;
  lastSide: SideContext['side'] | undefined;
}

/** The flights of one side, one after the other. */
export class Flights {
  readonly #context: SideContext;
  readonly #turns: Turns;
  #flight: Flight | undefined;

  constructor(context: SideContext, turns: Turns) {
    this.#context = context;
    this.#turns = turns;
  }

  /** This side sends a record: what came before the other side spoke is a flight of its own. */
  speak(): void {
    if (this.#flight !== undefined && this.#flight.turn !== this.#turns.turn) this.finish();
    if (this.#turns.lastSide === this.#context.side) return;
    this.#turns.lastSide = this.#context.side;
    this.#turns.turn += 1;
  }

  /** The flight that the next record belongs to; `notDecrypted` says why its data was not, where it should have been. */
  of(kind: FlightKind, notDecrypted?: string): Flight {
    const { turn } = this.#turns;
    const problem = kind === 'data' ? notDecrypted : undefined;
    const current = this.#flight;
    if (current !== undefined && current.kind === kind && current.turn === turn && current.problem === problem) {
      return current;
    }
    this.finish();
    this.#context.begin();
    const flight: Flight = { kind, turn, parts: [], dataBytes: 0, problem };
    this.#flight = flight;
    this.#context.draft(() => contentOf(flight));
    return flight;
  }

  /** A record has been added. */
  progress(): void {
    const flight = this.#flight;
    if (flight === undefined) return;
    this.#context.draft(() => contentOf(flight));
    // Nothing comes behind an alert that could belong to it.
    if (flight.kind === 'alert') this.finish();
  }

  /** The next record is of another flight. */
  finish(): void {
    if (this.#flight === undefined) return;
    const content = contentOf(this.#flight);
    this.#flight = undefined;
    if (content.summary !== '') this.#context.emit(content);
  }
}

function contentOf({ kind, parts, dataBytes, problem }: Flight): MessageContent {
  if (kind === 'data') {
    const why = problem === undefined ? '' : `, not decrypted: ${problem}`;
    return { protocol: 'tls', summary: `TLS data · ${byteCount(dataBytes)}${why}`, ...(why === '' ? {} : BAD) };
  }
  const summary = parts.length === 0 ? '' : `TLS ${counted(parts).join(', ')}`;
  const isBad = kind === 'alert' && parts.some((part) => part.includes(': ') && part !== HARMLESS_ALERT);
  return { protocol: 'tls', summary, ...(isBad ? BAD : {}) };
}

const BAD = { tone: 'bad' } as const;
const HARMLESS_ALERT = 'alert: close notify';

/** What is there several times in a row, once with its count. */
function counted(parts: readonly string[]): string[] {
  const runs: { readonly part: string; count: number }[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.part === part) last.count += 1;
    else runs.push({ part, count: 1 });
  }
  return runs.map(({ part, count }) => (count === 1 ? part : `${count} × ${part}`));
}
