import { describe, expect, it } from 'vitest';
import { NoteLog } from './note-log.js';

describe('NoteLog', () => {
  it('keeps notes in their order, with what was not said filled in', () => {
    const log = new NoteLog();
    const before = Date.now();
    log.add({ source: 'web nginx', text: 'ready', pid: 42 });
    log.add({ source: 'test', text: 'late', level: 'error', timeMs: 12.5 });
    expect(log.notes).toEqual([
      { source: 'web nginx', text: 'ready', level: 'info', pid: 42, timeMs: expect.any(Number) },
      { source: 'test', text: 'late', level: 'error', timeMs: 12.5 },
    ]);
    expect(log.notes[0]?.timeMs).toBeGreaterThanOrEqual(before);
    expect(log.notes[0]?.timeMs).toBeLessThan(Date.now() + 1);
  });

  it('drops the first notes beyond its limit, and counts them', () => {
    const log = new NoteLog(10 * 110);
    for (let index = 0; index < 5000; index++) log.add({ source: 'box yes', text: String(index).padStart(10, '0') });
    expect(log.notes.map(({ text }) => Number(text))).toEqual(Array.from({ length: 10 }, (_, index) => 4990 + index));
    expect(log.dropped).toBe(4990);
  });

  it('cuts a long line', () => {
    const log = new NoteLog();
    log.add({ source: 'box', text: 'x'.repeat(5000) });
    expect(log.notes[0]?.text).toBe(`${'x'.repeat(4096)}…`);
  });
});
