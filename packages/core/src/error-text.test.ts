import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { errorText } from './error-text.js';
import { withRecorded } from './recorded-so-far.js';

const self = new Error('in a circle');
self.cause = self;

describe('errorText', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('no'), 'no'],
    ['an error of another realm', runInNewContext("new Error('no')"), 'no'],
    ['colours', new Error('\u001b[31mred\u001b[39m'), 'red'],
    ['traffic', new Error(withRecorded('no', 'web ─▶ db')), 'no'],
    ['a string', 'no', 'no'],
    ['what is no error', { status: 404 }, '{ status: 404 }'],
    ['nothing', undefined, 'undefined'],
    [
      'a cause',
      new TypeError('fetch failed', { cause: new Error('self-signed certificate') }),
      'fetch failed: self-signed certificate',
    ],
    ['causes of causes', new Error('a', { cause: new Error('b', { cause: new Error('c') }) }), 'a: b: c'],
    ['a cause that the message has told', new Error('cannot: no', { cause: new Error('no') }), 'cannot: no'],
    ['a cause that is no error', new Error('no', { cause: { status: 404 } }), 'no'],
    ['a cause behind several lines', new Error('a\nb', { cause: new Error('c') }), 'a\nb\nCaused by: c'],
    [
      'one error for each address',
      new TypeError('fetch failed', {
        cause: new AggregateError([
          new Error('connect ECONNREFUSED 10.53.57.11:80'),
          new Error('connect ECONNREFUSED ::1:80'),
        ]),
      }),
      'fetch failed: connect ECONNREFUSED 10.53.57.11:80; connect ECONNREFUSED ::1:80',
    ],
    ['a cause that is its own', self, 'in a circle'],
  ])('tells of %s', (_what, error, text) => {
    expect(errorText(error)).toBe(text);
  });
});
