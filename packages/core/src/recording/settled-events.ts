/**
 * What of a ring can be told: events whose outcome is known, in the order in which they happened.
 */
import { readFileSync } from 'node:fs';
import { processStatOf } from '../process-stat.js';
import type { StreamProgress } from '../state/stream-progress.js';
import { outcomeOf } from './outcome.js';
import type { RecordedEvent, RingPlace } from './recorded-event.js';

/** How long a live process may take from its place in the ring to the note of what it has sent. */
const PATIENCE_NS = 1_000_000_000n;

/** What is known beyond the ring. */
export interface Surroundings {
  /** The time, in nanoseconds since 1970. */
  readonly nowNs: bigint;
  /** Whether a process has ended. */
  readonly isGone: (pid: number) => boolean;
  /** Whether all of them have: nothing is under way any more. */
  readonly isOver: boolean;
  /** The sockets of the network; asked for when a process was killed in the middle of a send. */
  readonly sockets: () => readonly StreamProgress[];
}

/** The events of a ring that can be told. */
export interface SettledEvents {
  readonly events: readonly RecordedEvent[];
  /** Whether no event is under way. */
  readonly isAll: boolean;
  /** Sends that still go on, or that ended with their process and of which nobody knows how much was sent. */
  readonly unfinished: number;
}

/**
 * The events of `places` whose outcome is known.
 *
 * Reading ends in front of an event that a live process has offered to the kernel: what stands behind it may be an answer to it. One
 * that is not complete in a second is passed over. Nothing can be an answer to what was not offered yet.
 */
export function settledEvents(places: readonly RingPlace[], surroundings: Surroundings): SettledEvents {
  const events: RecordedEvent[] = [];
  let unfinished = 0;
  let isAll = true;
  for (const [index, { state, event }] of places.entries()) {
    if (state === 'complete') {
      events.push(event);
    } else if (surroundings.isOver || (event !== undefined && surroundings.isGone(event.pid))) {
      if (state !== 'offered') continue;
      const { sent, isKnown } = outcomeOf(event, completeIn(places, index + 1), surroundings.sockets());
      if (!isKnown) unfinished += 1;
      if (sent > 0 || event.kind !== 'segments') events.push({ ...event, length: sent });
    } else {
      const since = event?.timestampNs ?? timeBehind(places, index);
      const isUnderWay = since === undefined || surroundings.nowNs - since <= PATIENCE_NS;
      if (isUnderWay) isAll = false;
      if (state === 'offered') unfinished += 1;
      if (isUnderWay && state === 'offered') break;
    }
  }
  return { events, isAll, unfinished };
}

/** When the next thing was recorded behind a place that says nothing of itself. */
function timeBehind(places: readonly RingPlace[], index: number): bigint | undefined {
  return places.slice(index).find(({ event }) => event !== undefined)?.event?.timestampNs;
}

function* completeIn(places: readonly RingPlace[], from: number): Generator<RecordedEvent> {
  for (let index = from; index < places.length; index++) {
    const place = places[index];
    if (place?.state === 'complete') yield place.event;
  }
}

/** Whether a process of this machine has ended, or only waits to be reaped. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  try {
    return ['Z', 'X'].includes(processStatOf(readFileSync(`/proc/${pid}/stat`, 'latin1')).state);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return true;
  }
}
