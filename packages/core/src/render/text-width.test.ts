import { describe, expect, it } from 'vitest';
import { padded, shortened, widthOf } from './text-width.js';

describe('widthOf', () => {
  it.each([
    ['', 0],
    ['web', 3],
    ['├──▶│', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['🙂', 2],
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
