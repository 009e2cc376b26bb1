import { describe, expect, it } from 'vitest';
import { padded, shortened, widthOf, withoutTabs } from './text-width.js';

describe('widthOf', () => {
  it.each([
    ['', 0],
    ['web', 3],
    ['├──▶│', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['🙂', 2],
    ['✅ ⚡', 5],
    ['✓ ⚠', 3],
    ['\u1112\u1161\u11ab', 2],
    ['a\u200bb', 2],
  ])('counts the columns of %j', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe('shortened', () => {
  it.each([
    ['hello', 5, 'hello'],
    ['hello', 4, 'hel…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['hello', 1, '…'],
    ['hello', 0, ''],
  ])('cuts %j to %i columns', (text, width, expected) => {
    expect(shortened(text, width)).toBe(expected);
    expect(widthOf(expected)).toBeLessThanOrEqual(width);
  });
});

describe('padded', () => {
  it('fills with spaces by columns, not characters', () => {
    expect(padded('日本', 6)).toBe('日本  ');
    expect(padded('hello', 3)).toBe('hello');
  });
});

describe('withoutTabs', () => {
  it.each([
    ['none', 'none'],
    ['\tat main', '        at main'],
    ['id\tname', 'id      name'],
    ['日本語\t1\t2', '日本語  1       2'],
    ['12345678\tx', '12345678        x'],
  ])('shows %j as terminals do', (text, expected) => {
    expect(withoutTabs(text)).toBe(expected);
  });
});
