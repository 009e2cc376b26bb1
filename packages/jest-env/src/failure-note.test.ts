import { describe, expect, it } from 'vitest';
import { addFailureNote } from './failure-note.js';

function append(error: unknown): unknown {
  if (typeof error === 'string') return `${error} + note`;
  (error as Error).message += ' + note';
  return error;
}

describe('addFailureNote', () => {
  it('goes to the newest error', () => {
    const errors = [new Error('first'), new Error('second')];
    addFailureNote({ errors }, append);
    expect(errors.map(({ message }) => message)).toEqual(['first', 'second + note']);
  });

  it('goes to what was thrown rather than to the place', () => {
    const [thrown, place] = [new Error('thrown'), new Error('place')];
    addFailureNote({ errors: [[thrown, place]] }, append);
    expect([thrown.message, place.message]).toEqual(['thrown + note', 'place']);
  });

  it('makes an error of a string that was thrown, as it is printed, at the place it came from', () => {
    const place = new Error('place');
    const errors: [[unknown, Error]] = [['boom', place]];
    addFailureNote({ errors: errors as never }, append);
    const [thrown] = errors[0] as [Error, Error];
    expect(thrown.message).toBe('thrown: "boom" + note');
    expect(thrown.stack).toBe(place.stack?.replace('place', 'thrown: "boom"'));
  });

  it('goes to the place when nothing was thrown', () => {
    const place = new Error('place');
    addFailureNote({ errors: [[undefined, place]] }, append);
    expect(place.message).toBe('place + note');
  });
});
