import { describe, expect, it } from 'vitest';
import { toldOf } from '../../../test/told.js';

describe('Redis', () => {
  it('tells every kind of value', () => {
    const values = [
      '+OK',
      ':7',
      ',1.5',
      '(12345678901234567890',
      '_',
      '#t',
      '$-1',
      '$0\r\n',
      '*-1',
      '%1\r\n+a\r\n:1',
      '~1\r\n:1',
      '!3\r\nERR',
      '=5\r\ntxt:x',
      '-WRONGTYPE no',
    ];
    const lines = toldOf((it) => it.fromClient('*1\r\n$4\r\nPING\r\n').fromServer(`${values.join('\r\n')}\r\n`));
    expect(lines.slice(1)).toEqual(
      [
        'OK',
        '7',
        '1.5',
        '12345678901234567890',
        'nil',
        'true',
        'nil',
        '""',
        'nil',
        '[a, 1]',
        '[1]',
        'ERR',
        '"txt:x"',
        'WRONGTYPE no',
      ].map((text) => `server: ${text}`),
    );
  });
});
