import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostNameOf } from './host-name.js';

const long = 'a'.repeat(63);

describe('hostNameOf', () => {
  it.each([
    ['web', 'web'],
    ['DB-1.Internal', 'db-1.internal'],
    ['3com', '3com'],
    ['1.com', '1.com'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [long, long],
    [`${long}.${long}.${long}.${'b'.repeat(61)}`, `${long}.${long}.${long}.${'b'.repeat(61)}`],
  ])('takes %s', (name, canonical) => {
    expect(hostNameOf(name)).toBe(canonical);
  });

  it.each([
    ['', 'it is empty, one character at least is needed'],
    ['my_db', 'it holds "_", only letters, digits, hyphens and dots are allowed'],
    ['a b', 'it holds " ", only letters, digits, hyphens and dots are allowed'],
    ['bücher', 'it holds "ü", only letters, digits, hyphens and dots are allowed'],
    ['web\nevil', 'it holds "\\n", only letters, digits, hyphens and dots are allowed'],
    ['-web', 'its label "-web" begins or ends with a hyphen'],
    ['a.web-', 'its label "web-" begins or ends with a hyphen'],
    ['web.', 'it has an empty label, dots can only stand between labels'],
    ['a..b', 'it has an empty label, dots can only stand between labels'],
    [`${long}a`, `its label "${long}a" has 64 characters, 63 at most are allowed`],
    [`${long}.${long}.${long}.${'b'.repeat(62)}`, 'it has 254 characters, 253 at most are allowed'],
    ['10.0.0.1', 'its last label "1" is a number, so that programs would take it for an IPv4 address'],
    ['0x7f', 'its last label "0x7f" is a number, so that programs would take it for an IPv4 address'],
    ['xn--a', 'no URL can hold it, since a label beginning with xn-- is not valid Punycode'],
    ['localhost', 'names of localhost are every host itself'],
    ['app.LocalHost', 'names of localhost are every host itself'],
  ])('refuses %j', (name, fault) => {
    const message = `${JSON.stringify(name)} cannot be the name of a host: ${fault}`;
    expect(() => hostNameOf(name)).toThrow(
      expect.objectContaining({ name: 'NetworkError', code: 'BAD_HOST_NAME', message }),
    );
  });

  it('takes only names that stay themselves in a URL', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.stringMatching(/^(?:xn--)?[a-zA-Z0-9.x-]{1,12}$/), fc.string()), (name) => {
        let canonical: string;
        try {
          canonical = hostNameOf(name);
        } catch {
          return;
        }
        expect(new URL(`http://${canonical}/`).hostname).toBe(canonical);
        expect(hostNameOf(canonical)).toBe(canonical);
      }),
    );
  });
});
