import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Transcript } from './transcript.js';

/** A transcript of two streams, and the ends to write to. */
function recorded(limit = 1000) {
  const transcript = new Transcript(limit);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  transcript.record('stdout', stdout);
  transcript.record('stderr', stderr);
  const finish = async () => {
    stdout.end();
    stderr.end();
    while (!transcript.isComplete) await transcript.changed;
  };
  return { transcript, stdout, stderr, finish };
}

async function linesOf(transcript: Transcript): Promise<string[]> {
  const lines = [];
  for await (const { stream, text } of transcript.lines()) lines.push(`${stream}: ${text}`);
  return lines;
}

describe('Transcript', () => {
  it('gives each stream back as it was written', async () => {
    const { transcript, stdout, stderr, finish } = recorded();
    stdout.write('a\nb');
    stderr.write('x\n\n');
    stdout.write('c\r\nlast');
    await finish();
    expect(transcript.text('stdout')).toBe('a\nbc\r\nlast');
    expect(transcript.text('stderr')).toBe('x\n\n');
    expect(transcript.isCut).toBe(false);
  });

  it('shows an unfinished line before it is finished', async () => {
    const { transcript, stdout } = recorded();
    const changed = transcript.changed;
    stdout.write('password: ');
    await changed;
    expect(transcript.text('stdout')).toBe('password: ');
    expect(transcript.text()).toBe('password: ');
  });

  it('puts a character together that arrives in two pieces', async () => {
    const { transcript, stdout, finish } = recorded();
    const [first, ...rest] = Buffer.from('é');
    stdout.write(Buffer.from([first ?? 0]));
    stdout.write(Buffer.from(rest));
    await finish();
    expect(transcript.text('stdout')).toBe('é');
  });

  it('gives lines that are there, lines that come, and a last one without a line feed', async () => {
    const { transcript, stdout, stderr, finish } = recorded();
    const changed = transcript.changed;
    stdout.write('one\n');
    await changed;
    const lines = linesOf(transcript);
    stderr.write('two\nthr');
    stderr.write('ee');
    await finish();
    expect(await lines).toEqual(['stdout: one', 'stderr: two', 'stderr: three']);
    expect(await linesOf(transcript)).toEqual(['stdout: one', 'stderr: two', 'stderr: three']);
  });

  it('keeps the last of what exceeds the limit and says so', async () => {
    const { transcript, stdout, finish } = recorded(10);
    stdout.write('aaaa\nbbbb\ncccc\n');
    await finish();
    expect(transcript.text('stdout')).toBe('bbbb\ncccc\n');
    expect(transcript.isCut).toBe(true);
    expect(await linesOf(transcript)).toEqual(['stdout: bbbb', 'stdout: cccc']);
  });

  it('keeps a line without end to the limit as well', async () => {
    const { transcript, stdout, finish } = recorded(10);
    stdout.write('x'.repeat(25));
    stdout.write('yyy');
    await finish();
    expect(transcript.text('stdout')).toBe('xxxxxxxyyy');
    expect(transcript.isCut).toBe(true);
  });

  it('lets a slow reader of lines go on with the oldest that is left', async () => {
    const { transcript, stdout, finish } = recorded(6);
    const reader = transcript.lines();
    stdout.write('1\n2\n');
    expect(await reader.next()).toMatchObject({ value: { text: '1' } });
    stdout.write('3\n4\n5\n6\n');
    await finish();
    expect(await reader.next()).toMatchObject({ value: { text: '4' } });
  });
});
