import { describe, expect, it } from 'vitest';
import { LAPTOP, Traffic, WEB } from '../../test/traffic.js';
import { conversationsIn } from '../dissect/conversations.js';
import { lastEntries } from './last-entries.js';
import type { Note } from './notes.js';

const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: web\r\n\r\n`;
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Connections that begin and end among each other; the request of the second is never answered. */
function interleaved() {
  const traffic = new Traffic();
  const open = [1, 2, 3].map((n) => traffic.connection({ ...LAPTOP, port: 40_000 + n }, WEB).open());
  for (const [index, connection] of open.entries()) {
    connection.fromClient(request(`/${index}`));
    if (index !== 1) connection.fromServer(ANSWER).closedBy('client');
  }
  traffic.connection({ ...LAPTOP, port: 41_000 }, { ...WEB, port: 81 }).refused();
  open[1]?.fromClient('');
  return conversationsIn(traffic.capture().packets);
}

const note = (packet: number): Note => ({ kind: 'note', timestampNs: 1n, packet, text: `at ${packet}`, tone: 'quiet' });

describe('lastEntries', () => {
  const conversations = interleaved();
  const notes = [note(-0.5), note(4), note(6.5), note(1000)];
  const all = lastEntries(conversations, notes).shown;

  it('gives all of them in the order of their packets, and what never came behind them', () => {
    expect(all.length).toBeGreaterThan(12);
    expect(all[0]).toMatchObject({ text: 'at -0.5' });
    expect(all.at(-1)).toMatchObject({ summary: 'no answer to GET /1', conversation: 2 });
  });

  it.each(Array.from(all, (_, index) => index))('gives the same ones when it is asked for the last %i', (count) => {
    const { shown, hasEarlier } = lastEntries(conversations, notes, count);
    expect(shown).toEqual(all.slice(all.length - count));
    expect(hasEarlier).toBe(true);
  });

  it.each([0, 1])('knows that there are no others when it is asked for all and %i more', (more) => {
    expect(lastEntries(conversations, notes, all.length + more)).toEqual({ shown: all, hasEarlier: false });
  });
});
