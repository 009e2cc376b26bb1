import { describe, expect, it } from 'vitest';
import { commandText, lastLines } from './command-text.js';

describe('commandText', () => {
  it('quotes what a shell would not take as it is', () => {
    expect(commandText('nginx', ['-c', '/tmp/a b', "it's", '', '-g', 'daemon off;'])).toBe(
      "nginx -c '/tmp/a b' 'it'\\''s' '' -g 'daemon off;'",
    );
  });
});

describe('lastLines', () => {
  it('indents the last 20 lines under the heading', () => {
    const output = Array.from({ length: 25 }, (_, index) => `line ${index}\n`).join('');
    const [heading, ...lines] = lastLines(output, 'It said:').split('\n');
    expect(heading).toBe('It said:');
    expect(lines).toHaveLength(20);
    expect(lines[0]).toBe('  line 5');
    expect(lines.at(-1)).toBe('  line 24');
  });

  it.each(['', '\n', ' \n\n'])('is empty for %j', (output) => {
    expect(lastLines(output, 'It said:')).toBe('');
  });
});
