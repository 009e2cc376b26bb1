import { describe, expect, it } from 'vitest';
import { LAPTOP, NAMES, Traffic, WEB } from '../../test/traffic.js';
import { journalBlock } from '../artifact/journal.js';
import { renderText } from './render-text.js';

const START_MS = 1_700_000_000_000;
const MAIL = '10.53.57.20';
const names = new Map([...NAMES, [MAIL, 'mail']]);

/** Lines of a program, a microsecond apart. */
function printed(source: string, fromMs: number, texts: readonly string[]) {
  return texts.map((text, index) =>
    journalBlock({ source, text, level: 'info', timeMs: START_MS + fromMs + index / 1000, pid: 42 }),
  );
}

const counted = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

/** An exchange, a second later another one that nobody answers. */
function exchanges() {
  const traffic = new Traffic();
  traffic
    .connection(LAPTOP, WEB)
    .open()
    .fromClient('GET / HTTP/1.1\r\nhost: web\r\n\r\n')
    .fromServer('HTTP/1.1 204 No Content\r\n\r\n')
    .closedBy('client');
  traffic
    .wait(1000)
    .connection({ ...LAPTOP, port: 40_001 }, { address: '10.53.57.12', port: 80 })
    .open();
  return traffic.capture();
}

function linesOf(blocks: ReturnType<typeof printed>, last: number): string[] {
  const lines = renderText({ ...exchanges(), blocks }, { names, last }).split('\n');
  return lines.slice(2).map((line) => line.replace(/^ +[\d.]+ m?s +(?:[├│◀▶─┤✗12]+ +)*/, '').trim());
}

describe('renderText, where lines must be left out,', () => {
  it('leaves out what a program printed before anybody spoke with its host, but for the last lines', () => {
    const blocks = [
      ...printed('web node', -10, counted('loading', 30)),
      ...printed('db node', 500, counted('opening', 30)),
    ];
    expect(linesOf(blocks, 13)).toEqual([
      'laptop   web      db',
      'web node: … 27 lines',
      'web node: loading 28',
      'web node: loading 29',
      'web node: loading 30',
      'connects to port 80',
      'GET /',
      '204 No Content',
      'closes',
      'db node: … 27 lines',
      'db node: opening 28',
      'db node: opening 29',
      'db node: opening 30',
      'connects to port 80',
    ]);
  });

  it('keeps what a program printed since somebody spoke with its host', () => {
    const lines = linesOf(printed('web node', 500, counted('working', 9)), 10);
    expect(lines).toEqual([
      '… 8 earlier packets',
      'laptop   db',
      ...counted('web node: working', 9),
      'connects to port 80',
    ]);
  });

  it('keeps more of a program that nobody spoke with', () => {
    const lines = linesOf(printed('mail postfix', 500, counted('failing', 30)), 30);
    expect(lines.filter((line) => line.startsWith('mail'))).toEqual([
      'mail postfix: … 20 lines',
      ...counted('mail postfix: failing', 30).slice(-10),
    ]);
  });

  it('keeps the notes of the test, and counts no line away for nothing', () => {
    const steps = counted('step', 8).map((text, index) =>
      journalBlock({ source: 'test', text, level: 'info', timeMs: START_MS - 20 + index }),
    );
    const lines = linesOf([...steps, ...printed('web node', -10, counted('loading', 4))], 16);
    expect(lines.slice(0, 14)).toEqual([
      '… earlier lines',
      'laptop   web      db',
      ...counted('test: step', 8).slice(1),
      ...counted('web node: loading', 4),
      'connects to port 80',
    ]);
  });

  it('shows all lines where there is room for them, without their colours', () => {
    const lines = linesOf(printed('web node', -10, ['\u001b[32mloading\u001b[0m', ...counted('loading', 20)]), 40);
    expect(lines.slice(1, 22)).toEqual(['web node: loading', ...counted('web node: loading', 20)]);
  });
});
