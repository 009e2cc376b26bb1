import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { assertOptions, OPTION, oneOf } from './assert-options.js';

const KINDS = { ...OPTION, mode: oneOf('on', 'off') };
const failureOf = (given: unknown): string => {
  try {
    assertOptions('run()', given, KINDS);
  } catch (error) {
    return `${error}`;
  }
  return 'none';
};

describe('assertOptions', () => {
  it.each([
    [{}],
    [{ flag: false, text: '', path: '/tmp', list: [], object: {}, count: 0, milliseconds: 0.5, mode: 'off' }],
    [{ fn: () => {}, signal: new AbortController().signal, text: undefined }],
    [runInNewContext('({ list: [], object: {}, fn() {} })')],
  ])('accepts %o', (given) => {
    expect(failureOf(given)).toBe('none');
  });

  it.each([
    [null, 'got options null: an object is needed'],
    ['fast', "got options 'fast': an object is needed"],
    [[], 'got options []: an object is needed'],
    [{ flga: true }, `has no option "flga": its options are ${Object.keys(KINDS).join(', ')}`],
    [{ toString: 1 }, `has no option "toString": its options are ${Object.keys(KINDS).join(', ')}`],
    [{ flag: 'yes' }, "got flag 'yes': true or false is needed"],
    [{ flag: null }, 'got flag null: true or false is needed'],
    [{ text: 5 }, 'got text 5: text is needed'],
    [{ path: '' }, "got path '': the path of a directory is needed"],
    [{ list: {} }, 'got list {}: a list is needed'],
    [{ object: [] }, 'got object []: an object is needed'],
    [{ fn: 'x'.repeat(200) }, `got fn '${'x'.repeat(79)}…: a function is needed`],
    [{ count: -1 }, 'got count -1: a whole number, 0 or more is needed'],
    [{ milliseconds: Number.NaN }, 'got milliseconds NaN: a number of milliseconds from 0 to 2147483647 is needed'],
    [
      { milliseconds: Number.POSITIVE_INFINITY },
      'got milliseconds Infinity: a number of milliseconds from 0 to 2147483647 is needed',
    ],
    [{ signal: {} }, 'got signal {}: an AbortSignal is needed'],
    [{ mode: 'onn' }, "got mode 'onn': one of on, off is needed"],
  ])('refuses %o', (given, said) => {
    expect(failureOf(given)).toBe(`TypeError: run() ${said}`);
  });
});
