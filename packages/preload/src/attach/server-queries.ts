/**
 * Questions that c-ares, the resolver in Node.js, has sent to a server.
 *
 * It opens sockets of its own accord when it repeats one, or goes from UDP to TCP. No JavaScript runs then that could
 * say on whose network, so it must be known from the questions that are open.
 */
import { executionAsyncId } from 'node:async_hooks';
import { ENDED, NOWHERE, type Place } from './addon.js';
import type { NameRequest } from './answer-request.js';

/** The open questions of one thread. */
export class ServerQueries {
  readonly #placeHere: () => Place;
  /** How many are open, by the place that they were asked on. */
  readonly #open = new Map<Place, number>();

  /** `placeHere` gives the place of the running code. */
  constructor(placeHere: () => Place) {
    this.#placeHere = placeHere;
  }

  /** Calls `send`, which gives 0 if the question was sent; it is open until the request is complete. */
  send(request: NameRequest, send: () => number): number {
    const place = this.#placeHere();
    const { oncomplete } = request;
    request.oncomplete = (...values) => {
      this.#count(place, -1);
      Reflect.apply(oncomplete, request, values);
    };
    this.#count(place, 1);
    const result = send();
    if (result !== 0) this.#count(place, -1);
    return result;
  }

  /**
   * Where a socket belongs that no JavaScript has asked for: to the open questions, if all are of one place. Where they are
   * of several nobody knows, and it gets none.
   */
  placeOfResolver(): Place {
    if (this.#open.size === 0 || executionAsyncId() !== 0) return NOWHERE;
    const [place = NOWHERE, ...others] = this.#open.keys();
    return others.length === 0 ? place : ENDED;
  }

  #count(place: Place, change: 1 | -1): void {
    const count = (this.#open.get(place) ?? 0) + change;
    if (count > 0) this.#open.set(place, count);
    else this.#open.delete(place);
  }
}
