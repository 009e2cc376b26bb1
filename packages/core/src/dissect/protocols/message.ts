import type { Side } from '../conversation.js';

/** What a message says, in words. */
export interface MessageContent {
  /** The protocol it is of: `http`, `tls`, `dns`; `data` when it could not be recognised. */
  readonly protocol: string;
  /** In one line: `GET /users`, `404 Not Found · text/plain · 9 bytes`. */
  readonly summary: string;
  /** What it carries, in part: `"not found"`, or hexadecimal digits. */
  readonly excerpt?: string;
  /** Whether it asks for something, answers, or neither. */
  readonly role?: 'request' | 'answer';
  /** Whether it tells of an error, or of success. */
  readonly tone?: 'good' | 'bad';
}

/** One message of a conversation, however many packets it took. */
export interface Message extends MessageContent {
  readonly from: Side;
  /** The packet that brought its first byte, counted from 0, and its time. */
  readonly packet: number;
  readonly startNs: bigint;
  /** The time of the packet that brought its last byte. */
  readonly endNs: bigint;
  readonly bytes: number;
  /** Whether its end is in the capture. */
  readonly isComplete: boolean;
  /** Whether it was inside TLS, and was decrypted. */
  readonly isDecrypted?: true;
}

/** What `message` says, in one line: `GET /users`, and with a mark before it when it was inside TLS. */
export function markedSummary({ summary, isDecrypted }: Message): string {
  return isDecrypted === true ? `TLS: ${summary}` : summary;
}
