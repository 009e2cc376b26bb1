import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { asSeenBy, callerOf } from './caller-frames.js';

function ask() {
  return callerOf(ask);
}

describe('asSeenBy', () => {
  it('has the stack name who called, behind the message of the error', () => {
    const caller = ask();
    const error = new TypeError('two\nlines');
    const { stack } = error;
    expect(asSeenBy(caller, error)).toBe(error);
    expect(error.stack).not.toBe(stack);
    expect(error.stack).toBe(`TypeError: two\nlines\n${caller.stack?.split('\n').slice(1).join('\n')}`);
    expect(error.stack?.split('\n')[2]).toContain('caller-frames.test.ts:11:');
  });

  it('does the same for an error of another realm, as under Jest', () => {
    const caller = ask();
    const error = runInNewContext('new TypeError("boom")') as Error;
    expect(error).not.toBeInstanceOf(Error);
    expect(asSeenBy(caller, error)).toBe(error);
    expect(error.stack).toBe(`TypeError: boom\n${caller.stack?.split('\n').slice(1).join('\n')}`);
  });

  it.each([
    ['an error, where stacks are switched off', {}, new Error('boom')],
    ['what is no error', ask(), 'boom'],
  ])('leaves %s alone', (_what, caller, error) => {
    const { stack } = error as Error;
    expect(asSeenBy(caller, error)).toBe(error);
    expect((error as Error).stack).toBe(stack);
  });
});
