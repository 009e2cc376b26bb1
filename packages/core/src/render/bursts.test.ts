import { describe, expect, it } from 'vitest';
import { LAPTOP, NAMES, Traffic, WEB } from '../../test/traffic.js';
import { journalBlock } from '../artifact/journal.js';
import { withShortBursts } from './bursts.js';
import type { Note } from './notes.js';
import { renderText } from './render-text.js';

const START_MS = 1_700_000_000_000;

const line = (program: string | undefined, packet: number, text: string): Note => ({
  kind: 'note',
  timestampNs: undefined,
  packet,
  text,
  tone: 'bad',
  ...(program === undefined ? {} : { program }),
});
const lines = (program: string | undefined, packet: number, count: number) =>
  Array.from({ length: count }, (_, index) => line(program, packet, `${program} ${index + 1}`));
const textsOf = (notes: readonly Note[]) => notes.map(({ text }) => text);

describe('withShortBursts', () => {
  it('leaves out the middle of what a program printed between two packets', () => {
    const notes = withShortBursts(lines('web node', 3.5, 100), { first: 2, last: 1 });
    expect(textsOf(notes)).toEqual(['web node 1', 'web node 2', 'web node: … 97 lines', 'web node 100']);
    expect(notes[2]).toMatchObject({ packet: 3.5, tone: 'quiet', program: 'web node' });
  });

  it('knows the lines of two programs apart, and those in front of a packet from those behind it', () => {
    const [a = [], b = []] = [lines('a', 0.5, 4), lines('b', 0.5, 4)];
    const mixed = a.flatMap((note, index) => [note, b[index] ?? note]);
    expect(textsOf(withShortBursts([...mixed, ...lines('a', 1.5, 2)], { first: 1, last: 1 }))).toEqual([
      ...['a 1', 'b 1', 'a: … 2 lines', 'b: … 2 lines', 'a 4', 'b 4'],
      ...['a 1', 'a 2'],
    ]);
  });

  it("counts no line away for nothing, and none that is no program's", () => {
    const notes = [...lines('a', 0.5, 3), ...lines(undefined, 0.5, 9)];
    expect(withShortBursts(notes, { first: 1, last: 1 })).toEqual(notes);
  });
});

describe('renderText, where a program has printed much at once,', () => {
  /** A request, 200 lines of its server, the answer. */
  function request() {
    const traffic = new Traffic();
    const connection = traffic.connection(LAPTOP, WEB).open().fromClient('GET / HTTP/1.1\r\nhost: web\r\n\r\n');
    traffic.wait(1000);
    connection.fromServer('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n');
    const blocks = Array.from({ length: 200 }, (_, index) =>
      journalBlock({
        source: 'web node',
        text: `at line ${index + 1}`,
        level: 'error',
        timeMs: START_MS + 500,
        pid: 42,
      }),
    );
    return { ...traffic.capture(), blocks };
  }
  const drawn = (last: number) =>
    renderText(request(), { names: NAMES, last })
      .split('\n')
      .slice(2)
      .map((text) => text.replace(/^ +[\d.]+ m?s +(?:[├│◀▶─┤]+ +)*/, '').trim());

  it('shows the packets around it', () => {
    expect(drawn(12)).toEqual([
      ...['laptop   web', 'connects to port 80', 'GET /'],
      ...[1, 2, 3].map((number) => `web node: at line ${number}`),
      'web node: … 192 lines',
      ...[196, 197, 198, 199, 200].map((number) => `web node: at line ${number}`),
      '500 No',
    ]);
  });

  it('shows more of it where there is room', () => {
    expect(drawn(40)).toHaveLength(28);
    expect(drawn(40)).toContain('web node: … 177 lines');
    expect(drawn(203)).toHaveLength(204);
  });
});
