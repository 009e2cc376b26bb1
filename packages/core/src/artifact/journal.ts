/**
 * Turns notes into journal blocks, which Wireshark shows as rows between the packets.
 */

import type { SystemdJournalBlock } from '../pcapng/blocks/systemd-journal.js';
import type { NetworkNote, NoteLevel } from '../timeline/note-log.js';

/** Priorities of syslog(3). */
const PRIORITY: Readonly<Record<NoteLevel, number>> = { error: 3, warning: 4, info: 6 };
const MICROSECONDS_PER_MS = 1000;

/** `note` as an entry of the journal. */
export function journalBlock({ source, text, level, timeMs, pid }: NetworkNote): SystemdJournalBlock {
  const fields = [
    { name: '__REALTIME_TIMESTAMP', value: String(Math.floor(timeMs * MICROSECONDS_PER_MS)) },
    { name: 'PRIORITY', value: String(PRIORITY[level]) },
    { name: 'SYSLOG_IDENTIFIER', value: source },
    ...(pid === undefined ? [] : [{ name: '_PID', value: String(pid) }]),
    { name: 'MESSAGE', value: text },
  ];
  return { type: 'systemd-journal', fields };
}

/** When `note` was made, as packets have it. */
export function noteTimeNs({ timeMs }: NetworkNote): bigint {
  return BigInt(Math.floor(timeMs * MICROSECONDS_PER_MS)) * 1000n;
}
