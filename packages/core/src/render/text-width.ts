/**
 * How many columns text takes in a terminal.
 */

/** East Asian wide and full-width characters and pictures take two columns, marks that combine take none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Vowels and ends of Korean syllables that are written in parts are drawn into the first part. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const TAB_STOP = 8;

/** The number of columns of `text`, which holds no control characters. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** `text`, cut to at most `width` columns; the last of them is `…` when something was cut. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** `text` with its tabs as the spaces that a terminal shows for them when the text begins a line. */
export function withoutTabs(text: string): string {
  return text
    .split('\t')
    .reduce((before, part) => `${before}${' '.repeat(TAB_STOP - (widthOf(before) % TAB_STOP))}${part}`);
}

/** `text` with spaces behind it up to `width` columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
