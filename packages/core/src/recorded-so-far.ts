/**
 * The traffic in the message of an error: for who prints the error alone. What shows an error beside its traffic leaves it out.
 */

const HEADING = '\n\nRecorded:\n\n';

/** `message` with the ladder `recorded` behind it. */
export function withRecorded(message: string, recorded: string): string {
  return `${message}${HEADING}${recorded}`;
}

/** What {@link withRecorded} was given. */
export function withoutRecorded(message: string): string {
  const end = message.indexOf(HEADING);
  return end < 0 ? message : message.slice(0, end);
}
