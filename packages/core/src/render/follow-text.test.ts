import { describe, expect, it } from 'vitest';
import { LAPTOP, NAMES, Traffic, WEB } from '../../test/traffic.js';
import { conversationsIn } from '../dissect/conversations.js';
import { followText } from './follow-text.js';

/** What is shown when the client says `said`, without the line that names it. */
function shown(said: string | Uint8Array): string {
  const traffic = new Traffic();
  traffic.connection(LAPTOP, WEB).open().fromClient(said).closedBy('client');
  const [conversation] = conversationsIn(traffic.capture().packets);
  if (conversation === undefined) throw new Error('There is no conversation');
  return followText(conversation, { names: NAMES }).split('\n').slice(1).join('\n');
}

describe('followText', () => {
  it('shows what both sides said in turns', () => {
    const traffic = new Traffic();
    const connection = traffic.connection(LAPTOP, WEB).open();
    connection.fromClient('one\n').fromClient('two\r\n').fromServer('three\n').closedBy('client');
    const [conversation] = conversationsIn(traffic.capture().packets);
    expect(conversation && followText(conversation, { names: NAMES })).toBe(
      `── laptop:${LAPTOP.port} ▶ web:80\none\ntwo\n── web:80 ▶ laptop:${LAPTOP.port}\nthree`,
    );
  });

  it.each([
    ['text of all languages', 'grüße 日本 🙂', 'grüße 日本 🙂'],
    ['tabs and line feeds, but nothing that moves a cursor', 'a\tb\n\u001b[2Jc\u0000\u202e', 'a\tb\n.[2Jc..'],
    [
      'ASCII alone of bytes that are no text, whose others look like letters',
      Buffer.from('c4a901ff5669', 'hex'),
      '....Vi',
    ],
  ])('shows %s', (_what, said, text) => {
    expect(shown(said)).toBe(text);
  });

  it.each(['aü\r\n', '\u001b日本\r', '\n\r\n\r', '\u00e4\n\n'])(
    'shows %j the same however long all of it is',
    (line) => {
      const count = Math.ceil((2.5 * 1024 * 1024) / Buffer.byteLength(line));
      const bytes = Buffer.from(line.repeat(count));
      const moment = { timestampNs: 0n, packet: 0 };
      const [small] = conversationsIn(new Traffic().udp(LAPTOP, WEB, 'x').capture().packets);
      if (small === undefined) throw new Error('There is no conversation');
      const text = followText({ ...small, events: [{ kind: 'data', from: 'client', bytes, ...moment }] });
      const told = line.replaceAll('\r\n', '\n').replaceAll('\u001b', '.');
      const expected = `x${told.repeat(count)}`
        .replaceAll('\r\n', '\n')
        .replaceAll('\r', '.')
        .slice(1)
        .replace(/\n$/, '');
      expect(text.slice(text.indexOf('\n') + 1) === expected).toBe(true);
    },
  );
});
