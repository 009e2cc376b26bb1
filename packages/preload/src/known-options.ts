/**
 * Refuses options that do not exist. TypeScript sees them; JavaScript would go on without what was asked for.
 *
 * @throws {TypeError} `spawn() has no option "listen": its options are …`
 */
export function assertKnownOptions(method: string, given: object, known: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${method}() has no option ${JSON.stringify(unknown)}: its options are ${Object.keys(known).join(', ')}`,
  );
}
