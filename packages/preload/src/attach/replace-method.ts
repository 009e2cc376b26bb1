/** A function of Node.js's API, of which only its being called matters. */
export type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Puts `make(original)` in the place of a method, with everything that hangs on the original: its name, and what
 * `util.promisify()` looks for.
 */
export function replaceMethod<T extends object>(
  holder: T,
  name: keyof T & string,
  make: (original: Method) => Method,
): void {
  const original = holder[name] as Method | undefined;
  // Not every version of Node.js has all of them.
  if (typeof original !== 'function') return;
  const replacement = make(original);
  Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
  (holder as Record<string, unknown>)[name] = replacement;
}
