import { describe, expect, it } from 'vitest';
import { makeProject } from './project.js';

describe('the matchers', { timeout: 60_000 }, () => {
  it('look at the network of the running test, and show its traffic when they fail', async () => {
    await using project = await makeProject('matchers');
    const { tests, output } = await project.run();
    expect(tests.passes?.status, output).toBe('passed');
    expect(tests['sees nothing that is to be redacted']?.status, output).toBe('passed');
    // Not at the end of what the message is, so the other expression does not match.
    expect(tests['does not say it']?.messages.join()).toContain("expected 'xello' to be 'goodbye'");
    expect(output).toMatch(/Received: .*"xello"/);
    expect(output).not.toContain('hello');
    expect(tests.fails?.messages.join('\n')).toMatch(
      /Expected laptop to have connected to db:5432\n\nlaptop has connected to\n {2}web:80\n[\s\S]*laptop +web[\s\S]*connects to port 80/,
    );
  });
});
