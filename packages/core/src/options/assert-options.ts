/**
 * Refuses options that do not exist or hold what they cannot. TypeScript sees them; JavaScript, and a configuration that
 * travels as JSON, would go on without what was asked for.
 */
import { inspect } from 'node:util';

/** What an option can be. */
export interface OptionKind {
  /** In words that follow a colon: `true or false`. */
  readonly needed: string;
  readonly accepts: (value: unknown) => boolean;
}

/** What each option of something can be. */
export type OptionKinds<Options> = Readonly<Record<keyof Options, OptionKind>>;

/** The longest time that a timer of Node.js can wait. */
const MAX_MILLISECONDS = 0x7fff_ffff;
const MAX_SHOWN_LENGTH = 80;

/** The kinds that several options are of. */
export const OPTION = {
  flag: { needed: 'true or false', accepts: (value) => typeof value === 'boolean' },
  text: { needed: 'text', accepts: (value) => typeof value === 'string' },
  path: { needed: 'the path of a directory', accepts: (value) => typeof value === 'string' && value !== '' },
  list: { needed: 'a list', accepts: Array.isArray },
  object: { needed: 'an object', accepts: isObject },
  fn: { needed: 'a function', accepts: (value) => typeof value === 'function' },
  count: {
    needed: 'a whole number, 0 or more',
    accepts: (value) => Number.isInteger(value) && (value as number) >= 0,
  },
  milliseconds: {
    needed: `a number of milliseconds from 0 to ${MAX_MILLISECONDS}`,
    accepts: (value) => typeof value === 'number' && value >= 0 && value <= MAX_MILLISECONDS,
  },
  signal: {
    needed: 'an AbortSignal',
    accepts: (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
  },
} as const satisfies Record<string, OptionKind>;

/** One of these words. */
export function oneOf(...words: readonly string[]): OptionKind {
  return { needed: `one of ${words.join(', ')}`, accepts: (value) => words.includes(value as string) };
}

/**
 * Makes sure that `given`, the options of `subject`, are all in `kinds` and hold what they can hold. `undefined` stands for an
 * option that is not given.
 *
 * @throws {TypeError} `A network has no option "paernt": its options are …`, `run() got timeoutMs 'soon': … is needed`
 */
export function assertOptions(subject: string, given: unknown, kinds: Readonly<Record<string, OptionKind>>): void {
  if (!isObject(given)) throw new TypeError(`${subject} got options ${shown(given)}: an object is needed`);
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const names = Object.keys(kinds).join(', ');
      throw new TypeError(`${subject} has no option ${JSON.stringify(name)}: its options are ${names}`);
    }
    if (value !== undefined && !kind.accepts(value)) {
      throw new TypeError(`${subject} got ${name} ${shown(value)}: ${kind.needed} is needed`);
    }
  }
}

/** A value that somebody gave, in one line. */
export function shown(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
