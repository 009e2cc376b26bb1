/**
 * What is told of a conversation, in one line for each message.
 */
import { conversationsIn, type Message, messagesOf } from '../src/pcap.js';
import { type Connection, LAPTOP, Traffic, WEB } from './traffic.js';

const MAX_LENGTH = 110;

/** `server: 200 OK · 2 bytes  "ok"`; what is longer than a line is cut. */
export function told({ from, summary, excerpt, isComplete }: Message): string {
  const text = `${from}: ${summary}${excerpt === undefined ? '' : `  ${excerpt}`}${isComplete ? '' : ' (incomplete)'}`;
  return text.length > MAX_LENGTH ? `${text.slice(0, 100)}…` : text;
}

/** What is told of a connection on which `speak` happens. */
export function toldOf(speak: (connection: Connection) => void, port = WEB.port): string[] {
  const traffic = new Traffic();
  speak(traffic.connection(LAPTOP, { ...WEB, port }).open());
  return conversationsIn(traffic.capture().packets).flatMap(messagesOf).map(told);
}

/** The same of a connection that was open before anything was recorded. */
export function toldOfRest(speak: (connection: Connection) => void): string[] {
  const traffic = new Traffic();
  speak(traffic.connection(LAPTOP, WEB));
  return conversationsIn(traffic.capture().packets).flatMap(messagesOf).map(told);
}

/** The bytes that hexadecimal digits stand for. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
}
