/**
 * Hands out interface IDs to host names.
 */
import { isInterfaceId, MAX_INTERFACE_ID, MIN_INTERFACE_ID } from '../address/interface-id.js';
import { NetworkError } from '../network-error.js';
import { hostNameOf } from './host-name.js';

/** The first ID that is handed out; those below stay free for people who number hosts by hand until all others are taken. */
const FIRST_INTERFACE_ID = 11;

/**
 * Which interface belongs to which host name.
 *
 * A name keeps its interface for the life of the map, so a restarted server keeps its address.
 * IDs are handed out in order, 11 to 254 and then 1 to 10, never at random and never twice: a failing test repeats exactly.
 *
 * @example
 * const interfaces = new InterfaceMap();
 * interfaces.idOf('web'); // 11
 * interfaces.idOf('WEB'); // 11
 */
export class InterfaceMap {
  readonly #ids = new Map<string, number>();
  readonly #taken = new Set<number>();
  #next = FIRST_INTERFACE_ID;

  /** The names, in the order of their first use. */
  get names(): readonly string[] {
    return [...this.#ids.keys()];
  }

  /** Whether `name` has an interface already. */
  has(name: string): boolean {
    return this.#ids.has(hostNameOf(name));
  }

  /**
   * The interface ID of `name`, taken from the pool the first time it is asked for.
   *
   * @throws {NetworkError} `BAD_HOST_NAME`; `INTERFACES_EXHAUSTED` once all 254 are taken.
   */
  idOf(name: string): number {
    const asWritten = this.#ids.get(name);
    if (asWritten !== undefined) return asWritten;
    const canonical = hostNameOf(name);
    const known = this.#ids.get(canonical);
    if (known !== undefined) return known;

    if (this.#taken.size === MAX_INTERFACE_ID) {
      throw new NetworkError(
        'INTERFACES_EXHAUSTED',
        `Cannot give host "${canonical}" an interface: all ${MAX_INTERFACE_ID} of the network are taken`,
      );
    }
    while (this.#taken.has(this.#next)) {
      this.#next = this.#next === MAX_INTERFACE_ID ? MIN_INTERFACE_ID : this.#next + 1;
    }
    return this.#take(canonical, this.#next);
  }

  /**
   * Gives `name`, which has no interface yet, a certain ID.
   *
   * @throws {NetworkError} `BAD_HOST_NAME`; `BAD_INTERFACE_ID` when the ID is out of range, or the name or the ID is taken.
   */
  reserve(name: string, interfaceId: number): number {
    const canonical = hostNameOf(name);
    if (!isInterfaceId(interfaceId)) {
      throw badId(canonical, interfaceId, `a whole number from ${MIN_INTERFACE_ID} to ${MAX_INTERFACE_ID} is needed`);
    }
    const known = this.#ids.get(canonical);
    if (known !== undefined) throw badId(canonical, interfaceId, `it has interface ID ${known} already`);
    if (this.#taken.has(interfaceId)) throw badId(canonical, interfaceId, 'another host has it');
    return this.#take(canonical, interfaceId);
  }

  #take(name: string, interfaceId: number): number {
    this.#ids.set(name, interfaceId);
    this.#taken.add(interfaceId);
    return interfaceId;
  }
}

function badId(name: string, interfaceId: number, reason: string): NetworkError {
  return new NetworkError('BAD_INTERFACE_ID', `Cannot give host "${name}" interface ID ${interfaceId}: ${reason}`);
}
