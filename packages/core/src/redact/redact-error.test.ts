import { describe, expect, it } from 'vitest';
import { redactError } from './redact-error.js';
import { Redaction } from './redaction.js';

const REDACTION = new Redaction(['hunter2']);

describe('redactError', () => {
  it('takes secrets out of message, stack and values of the error itself', () => {
    const error = Object.assign(new Error('hunter2 is wrong'), {
      actual: 'hunter2',
      expected: 2,
      diff: '- hunter2\n+ 2',
    });
    const frames = error.stack?.slice('Error: hunter2 is wrong'.length);
    expect(redactError(error, REDACTION)).toBe(error);
    expect(error).toMatchObject({
      message: 'xxxxxxx is wrong',
      actual: 'xxxxxxx',
      expected: 2,
      diff: '- xxxxxxx\n+ 2',
    });
    expect(error.stack).toBe(`Error: xxxxxxx is wrong${frames}`);
  });

  it('leaves the frames of a stack, though a path is like a secret', () => {
    const stack = 'Error: hunter2\n    at login (/src/hunter2.ts:1:1)';
    const error = { message: 'hunter2', stack };
    redactError(error, REDACTION);
    expect(error.stack).toBe('Error: xxxxxxx\n    at login (/src/hunter2.ts:1:1)');
  });

  it('looks behind it: causes, several errors at once, and itself', () => {
    const cause = Object.assign(new Error('hunter2'), { cause: 'hunter2' });
    const both = new AggregateError([new Error('hunter2'), 'one'], 'failed', { cause });
    Object.assign(cause, { errors: [both] });
    redactError(both, REDACTION);
    expect(cause).toMatchObject({ message: 'xxxxxxx', cause: 'xxxxxxx' });
    expect(both.errors[0].message).toBe('xxxxxxx');
  });

  it.each([
    ['a string', 'hunter2', 'xxxxxxx'],
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['a number', 7, 7],
  ])('gives %s back', (_what, thrown, reported) => {
    expect(redactError(thrown, REDACTION)).toBe(reported);
  });

  it('leaves alone what cannot be changed', () => {
    const frozen = Object.freeze(new Error('hunter2'));
    expect(redactError(frozen, REDACTION)).toBe(frozen);
    expect(redactError(new DOMException('hunter2'), REDACTION)).toMatchObject({ message: 'hunter2' });
  });
});
