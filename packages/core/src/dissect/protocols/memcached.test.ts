import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toldOf } from '../../../test/told.js';

const PORT = 11211;

describe('memcached', () => {
  it.each([
    ['a command that others know as well, on its own port', PORT, 'stats\r\n', ['client: stats']],
    ['the same on another port', 80, 'stats\r\n', ['client: 7 bytes  "stats\\r\\n"']],
    ['storing, on any port', 80, 'set a 0 0 2\r\nhi\r\n', ['client: set a · 2 bytes  "hi"']],
    ['what is no command, on its port', PORT, 'HELLO\r\n', ['client: 7 bytes  "HELLO\\r\\n"']],
  ])('is recognised by %s', (_what, port, line, expected) => {
    expect(toldOf((it) => it.fromClient(line), port)).toEqual(expected);
  });

  it('is not what answers otherwise', () => {
    expect(toldOf((it) => it.fromClient('get a\r\n').fromServer('what?\r\n'), PORT)).toEqual([
      'client: 7 bytes  "get a\\r\\n"',
      'server: 7 bytes  "what?\\r\\n"',
    ]);
  });

  it('shows what followed when data is longer than it says', () => {
    expect(toldOf((it) => it.fromClient('set a 0 0 2\r\nlong\r\n'), PORT)).toEqual(['client: set a (incomplete)']);
  });

  it('tells of data that holds line ends and words of the protocol', () => {
    const told = toldOf(
      (it) =>
        it.fromClient('get a\r\n').fromServer('VALUE a 0 10\r\nEND\r\nEND\r\n\r\nEND\r\n').fromClient('get b\r\n'),
      PORT,
    );
    expect(told).toEqual(['client: get a', 'server: VALUE a · 10 bytes  "END\\r\\nEND\\r\\n"', 'client: get b']);
  });

  it('reads no further than there is, whatever comes', () => {
    const lines = [
      'VALUE a 0 3\r\n',
      'abc\r\n',
      'END\r\n',
      'STAT a 1\r\n',
      'VA 2\r\n',
      'HD\r\n',
      '7\r\n',
      '\r\n',
      '\0',
      'ERROR',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines)), (answers) => {
        const told = toldOf((it) => it.fromClient('get a\r\n').fromServer(answers.join('')), PORT);
        expect(told.length).toBeGreaterThan(0);
      }),
    );
  });
});
