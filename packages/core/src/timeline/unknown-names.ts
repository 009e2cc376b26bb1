/**
 * Names that were looked up and that no host has: an explanation of many a failure.
 */

/** Such a name, and who looked it up. */
export interface UnknownName {
  readonly name: string;
  readonly timestampNs: bigint;
  /** The process, the `SOCKET_WRAPPER_SPAWN` of its program, 0 for none, and its host. */
  readonly pid: number;
  readonly spawn: number;
  readonly interfaceId: number;
}

/** How many names are told of. */
const MAX_NAMES = 50;

/** The first of such names, each once for each who asked: programs ask again and again. */
export class UnknownNames {
  readonly #first = new Map<string, UnknownName>();

  constructor(unknownNames: Iterable<UnknownName> = []) {
    for (const unknown of unknownNames) this.add(unknown);
  }

  /** In the order in which they came. */
  get all(): readonly UnknownName[] {
    return [...this.#first.values()];
  }

  add(unknown: UnknownName): void {
    const key = `${unknown.interfaceId} ${unknown.spawn} ${unknown.name}`;
    if (!this.#first.has(key) && this.#first.size < MAX_NAMES) this.#first.set(key, unknown);
  }
}
