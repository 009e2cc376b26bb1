/**
 * The colours of a terminal (ECMA-48, SGR), or none of them.
 */

/** Puts text in colours. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  quiet(text: string): string;
  strong(text: string): string;
  plain(text: string): string;
  /** The colour of a conversation; neighbours differ. */
  conversation(id: number, text: string): string;
}

const RESET = '\u001b[0m';
const CONVERSATION_COLOURS = [36, 33, 35, 34, 32] as const;

const paint = (code: number) => (text: string) => (text === '' ? '' : `\u001b[${code}m${text}${RESET}`);
const same = (text: string) => text;

/** Text stays as it is. */
export const NO_COLOURS: Palette = {
  good: same,
  bad: same,
  quiet: same,
  strong: same,
  plain: same,
  conversation: (_id, text) => text,
};

/** The sixteen colours that every terminal has. */
export const COLOURS: Palette = {
  good: paint(32),
  bad: paint(31),
  quiet: paint(2),
  strong: paint(1),
  plain: same,
  conversation: (id, text) => paint(CONVERSATION_COLOURS[(id - 1) % CONVERSATION_COLOURS.length] ?? 36)(text),
};
