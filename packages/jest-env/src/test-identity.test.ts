import type { Circus } from '@jest/types';
import { describe, expect, it } from 'vitest';
import { fullNameOf, lineInCallOf } from './test-identity.js';

describe('fullNameOf', () => {
  const root = { name: 'ROOT_DESCRIBE_BLOCK' } as Circus.DescribeBlock;
  const block = { name: 'the shop', parent: root } as Circus.DescribeBlock;

  it('joins the names of the blocks and the test', () => {
    expect(fullNameOf({ name: 'sells', parent: block } as Circus.TestEntry)).toBe('the shop sells');
  });
  it('is empty for the file', () => {
    expect(fullNameOf(root)).toBe('');
  });
});

describe('lineInCallOf', () => {
  it('is a line of that file, however deep the call', () => {
    const dive = (depth: number): number | undefined =>
      depth === 0 ? lineInCallOf(import.meta.filename) : dive(depth - 1);
    expect(dive(30)).toBeGreaterThan(0);
  });
  it('is unknown when the call does not come from there', () => {
    expect(lineInCallOf('/no/such/file.js')).toBeUndefined();
  });
  it('leaves the limit of stacks alone', () => {
    const { stackTraceLimit } = Error;
    lineInCallOf(import.meta.filename);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});
