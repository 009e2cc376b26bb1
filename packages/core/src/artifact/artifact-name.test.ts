import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactName } from './artifact-name.js';

const nameOf = (fullName: string, { file = '/app/src/web.test.ts', attempt = 0 } = {}) =>
  artifactName({ file, fullName, attempt }, '/app');

describe('artifactName', () => {
  it.each([
    ['serves the front page', 'src-web.test.ts-serves-the-front-page'],
    ['web > answers "hello"', 'src-web.test.ts-web-answers-hello'],
    ['../../etc/passwd', 'src-web.test.ts-..-..-etc-passwd'],
    ['a\0b\nc:d*e?f|g<h>i\\j', 'src-web.test.ts-a-b-c-d-e-f-g-h-i-j'],
    ['grüßt 世界 …', 'src-web.test.ts-grüßt-世界'],
    ['', 'src-web.test.ts'],
  ])('makes of %j a file name', (fullName, name) => {
    expect(nameOf(fullName)).toBe(name);
  });

  it.each([
    ['/other/web.test.ts', 'other-web.test.ts-x'],
    ['/app/.hidden/web.test.ts', 'hidden-web.test.ts-x'],
    ['file:///app/web.test.ts', 'web.test.ts-x'],
    ['virtual:web', 'virtual-web-x'],
    ['', 'x'],
  ])('makes of file %j a name that is not hidden', (file, name) => {
    expect(nameOf('x', { file })).toBe(name);
  });

  it('names a test of nothing but signs', () => {
    expect(nameOf('→', { file: '' })).toBe('test');
  });

  it('tells the projects apart that a file runs in', () => {
    const identity = { file: '/app/web.test.ts', fullName: 'x', attempt: 1 };
    expect(artifactName({ ...identity, project: 'Node 20' }, '/app')).toBe('web.test.ts-x-Node-20-retry1');
    const long = { ...identity, fullName: 'x'.repeat(300) };
    expect(artifactName({ ...long, project: 'a' }, '/app')).not.toBe(artifactName({ ...long, project: 'b' }, '/app'));
  });

  it('tells retries apart', () => {
    expect(nameOf('x', { attempt: 2 })).toBe('src-web.test.ts-x-retry2');
  });

  it('cuts long names between characters and keeps those apart that begin alike', () => {
    const long = '世界'.repeat(200);
    const names = [nameOf(`${long}a`, { attempt: 1 }), nameOf(`${long}b`, { attempt: 1 })];
    expect(names[0]).toMatch(/^src-web\.test\.ts-[世界]+-[0-9a-f]{8}-retry1$/);
    expect(new Set(names).size).toBe(2);
  });

  it('always leaves room for the rest of a file name and never holds what a file name cannot', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(99_999), (fullName, attempt) => {
        const name = nameOf(fullName, { attempt });
        expect(Buffer.byteLength(`${name}-12345.json.01234567.lock`)).toBeLessThanOrEqual(255);
        expect(name).toMatch(/^[^-.\s/\\:*?"<>|\p{C}][^\s/\\:*?"<>|\p{Cc}\p{Cs}]*$/u);
      }),
    );
  });
});
