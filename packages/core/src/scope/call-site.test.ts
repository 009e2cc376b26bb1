import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { callSiteOf } from './call-site.js';

const FILE = fileURLToPath(import.meta.url);

function describeCaller() {
  return callSiteOf(describeCaller);
}

describe('callSiteOf', () => {
  it('names the file and the line of the call', () => {
    const line = Number(/:(\d+):\d+\)?$/.exec(new Error().stack?.split('\n')[1] ?? '')?.[1]);
    expect(describeCaller()).toEqual({ file: FILE, line: line + 1 });
  });

  it('names the file of a call in a nested function', () => {
    const site = [1].map(() => describeCaller())[0];
    expect(site?.file).toBe(FILE);
  });

  it('knows nothing when stacks are switched off', () => {
    const { stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 0;
      expect(describeCaller()).toBeUndefined();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });
});
