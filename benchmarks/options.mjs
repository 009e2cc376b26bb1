/** What a benchmark is asked for. A mistake in it ends the program with one line, and with code 2: 1 is for a goal that is missed. */
import { parseArgs } from 'node:util';

/** The values of `options`, and the arguments that are none, of which there may be `positionals`. */
export function readOptions(program, options, positionals = 0) {
  try {
    const found = parseArgs({ options, allowPositionals: positionals > 0 });
    if (found.positionals.length > positionals)
      fail(program, `"${found.positionals[positionals]}" is one argument too many`);
    return found;
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS_')) throw error;
    // Node goes on about "--"; its first sentence is the point.
    const found = error.message.split('. ', 1)[0];
    const names = Object.keys(options).map((name) => `--${name}`);
    const isUnknown = error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    return fail(program, isUnknown ? `${found}, there are ${names.join(', ') || 'none'}` : found);
  }
}

/** The number that `text` is; `what` names it. */
export function wholeNumber(program, what, text, least) {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < least) {
    fail(program, `${what} ${JSON.stringify(text)}: a whole number of ${least} or more is needed`);
  }
  return number;
}

export function fail(program, message) {
  console.error(`${program}: ${message}`);
  process.exit(2);
}
