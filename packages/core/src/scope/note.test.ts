import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../artifact/artifact.js';
import { withRecorded } from '../recorded-so-far.js';
import { appendNote, artifactNote, captureLine } from './note.js';

const artifact: Artifact = {
  path: join(process.cwd(), 'test-results/socket-wrapper/web.test.ts-serves.pcapng'),
  sidecarPath: join(process.cwd(), 'test-results/socket-wrapper/web.test.ts-serves.json'),
  outcome: 'failed',
  packets: 12,
  conversations: 2,
  summary: '12 packets, 2 conversations',
  text: 'test      web\n  |-SYN->|\n',
};
const NOTE = `Network capture: test-results/socket-wrapper/web.test.ts-serves.pcapng (12 packets, 2 conversations)
Show it: npx socket-wrapper show test-results/socket-wrapper/web.test.ts-serves.pcapng

test      web
  |-SYN->|`;

describe('artifactNote', () => {
  it('says where the capture is, how to open it, and what was said last', () => {
    expect(artifactNote(artifact)).toBe(NOTE);
  });

  it('says what is missing', () => {
    expect(artifactNote({ ...artifact, loss: 'The end was cut off', text: '' })).toBe(
      `${NOTE.split('\n').slice(0, 2).join('\n')}\nIncomplete: The end was cut off`,
    );
  });

  it('does not offer to show what is empty', () => {
    const summary = '0 packets, 0 conversations';
    expect(artifactNote({ ...artifact, text: '', summary })).toBe(`${captureLine(artifact.path)} (${summary})`);
  });

  it('lists who tried to leave the network, the first ten of them', () => {
    const escapes = Array.from(
      { length: 12 },
      (_, index) => `web#11 node[42] tried 192.0.2.${index}:443: nothing leaves`,
    );
    const note = artifactNote({ ...artifact, text: '', escapes });
    expect(note.split('\n').slice(1)).toEqual(['', ...escapes.slice(0, 10), '… and 2 more']);
  });

  it.each([
    ['/elsewhere/a.pcapng', '/elsewhere/a.pcapng'],
    ["/my results/it's.pcapng", "'/my results/it'\\''s.pcapng'"],
  ])('writes path %s as a shell takes it', (path, written) => {
    expect(artifactNote({ ...artifact, path })).toContain(`Show it: npx socket-wrapper show ${written}\n`);
  });
});

describe('appendNote', () => {
  it('adds the note to message and stack of the error itself, in front of the frames', () => {
    const error = new TypeError('expected 1 to be 2');
    const frames = error.stack?.slice('TypeError: expected 1 to be 2'.length);
    expect(appendNote(error, artifact)).toBe(error);
    expect(error.message).toBe(`expected 1 to be 2\n\n${NOTE}`);
    expect(error.stack).toBe(`TypeError: expected 1 to be 2\n\n${NOTE}${frames}`);
  });

  it('adds it once', () => {
    const error = new Error('boom');
    appendNote(appendNote(error, artifact), artifact);
    expect(error.message).toBe(`boom\n\n${NOTE}`);
  });

  it('adds it in front of the frames when the message was changed after the stack was taken', () => {
    const error = new Error('first');
    const frames = error.stack?.slice('Error: first'.length);
    error.message = 'second';
    appendNote(error, artifact);
    expect(error.stack).toBe(`Error: first\n\n${NOTE}${frames}`);
  });

  it("takes out of the error what the artifact's network redacts", () => {
    const error = new Error('hunter2 is wrong');
    const frames = error.stack?.slice('Error: hunter2 is wrong'.length);
    appendNote(error, { ...artifact, redact: ['hunter2'] });
    expect(error.message).toBe(`xxxxxxx is wrong\n\n${NOTE}`);
    expect(error.stack).toBe(`Error: xxxxxxx is wrong\n\n${NOTE}${frames}`);
    expect(appendNote('hunter2', { ...artifact, redact: ['hunter2'] })).toBe(`xxxxxxx\n\n${NOTE}`);
  });

  it('takes the place of traffic that the message shows already', () => {
    const error = new Error(withRecorded('waited in vain', '  0.000 ms  web ─▶ db'));
    appendNote(error, artifact);
    expect(error.message).toBe(`waited in vain\n\n${NOTE}`);
    expect(error.stack).toMatch(`Error: waited in vain\n\n${NOTE}\n    at `);
  });

  it('adds it to an error without a message', () => {
    const error = new Error();
    const { stack = '' } = error;
    const framesAt = stack.indexOf('\n    at ');
    appendNote(error, artifact);
    expect(error.message).toBe(`\n\n${NOTE}`);
    expect(error.stack).toBe(`${stack.slice(0, framesAt)}\n\n${NOTE}${stack.slice(framesAt)}`);
  });

  it('adds it to an error of another realm, and to one without a stack', () => {
    const foreign = runInNewContext('new Error("boom")');
    const plain = { message: 'boom' };
    for (const error of [foreign, plain]) {
      expect(appendNote(error, artifact)).toBe(error);
      expect(error.message).toBe(`boom\n\n${NOTE}`);
    }
    expect(plain).not.toHaveProperty('stack');
  });

  it('gives a thrown string back longer, once', () => {
    const longer = appendNote('boom', artifact);
    expect(longer).toBe(`boom\n\n${NOTE}`);
    expect(appendNote(longer, artifact)).toBe(longer);
  });

  it.each([
    ['a frozen error', Object.freeze(new Error('boom')), 'boom'],
    ['an error whose message is a getter', new DOMException('boom'), 'boom'],
    ['a number', 7, undefined],
    ['null', null, undefined],
    ['undefined', undefined, undefined],
    ['an object without a message', { code: 1 }, undefined],
  ])('leaves %s alone', (_what, error, message) => {
    expect(appendNote(error, artifact)).toBe(error);
    expect((error as Error | undefined)?.message).toBe(message);
  });
});
