import { describe, expect, it } from 'vitest';
import { causeIn, commandText, lastLines } from './command-text.js';

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

  it('leaves out the frames of Node.js itself', () => {
    const output = 'Error: no\n    at f (node:net:1:2)\n    at node:internal/x:3:4\n    at main (/srv/node.js:5:6)\n';
    expect(lastLines(output, 'It said:')).toBe('It said:\n  Error: no\n      at main (/srv/node.js:5:6)');
  });

  it.each(['', '\n', ' \n\n'])('is empty for %j', (output) => {
    expect(lastLines(output, 'It said:')).toBe('');
  });
});

describe('causeIn', () => {
  it.each([
    [
      'Node.js',
      "      throw er;\n      ^\n\nError: listen EADDRINUSE: address already in use :::80\n    at f (x.js:1:2) {\n  code: 'X'\n}\n",
      'Error: listen EADDRINUSE: address already in use :::80',
    ],
    ['Node.js, of an error with a code', 'TypeError [ERR_X]: no\n    at f (x.js:1:2)\n', 'TypeError [ERR_X]: no'],
    [
      'Python',
      'Traceback (most recent call last):\n  File "x"\nOSError: [Errno 98] Address already in use\n',
      'OSError: [Errno 98] Address already in use',
    ],
    [
      'Java',
      'java.net.BindException: Address already in use\n\tat x.y(z)\n',
      'java.net.BindException: Address already in use',
    ],
  ])('finds it in what %s writes', (_language, output, cause) => {
    expect(causeIn(output)).toBe(`: ${cause}`);
  });

  it.each(['', 'Error:\n', 'no Error: here\n', '  indented Error: x\n'])('is empty for %j', (output) => {
    expect(causeIn(output)).toBe('');
  });
});
