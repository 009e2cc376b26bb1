/**
 * Whether what is written is to have colours, decided as Node.js does: `FORCE_COLOR` first, then `NO_COLOR`
 * (https://no-color.org), then whether a terminal reads it.
 */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR, NO_COLOR } = env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && !NO_COLOR;
}
