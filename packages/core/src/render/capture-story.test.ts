import { describe, expect, it } from 'vitest';
import { captureStory } from './capture-story.js';

const section = (...comments: string[]) => ({ type: 'section-header', byteOrder: 'little', comments }) as const;

describe('captureStory', () => {
  it('gives the comments of all sections, line by line', () => {
    const blocks = [section('shop > sells\nfailed after 80 ms\n\nexpected 500 to be 200\n'), section('another')];
    expect(captureStory({ blocks })).toBe('shop > sells\nfailed after 80 ms\n\nexpected 500 to be 200\n\nanother');
  });

  it('lets nothing through that moves the cursor', () => {
    expect(captureStory({ blocks: [section('\u001b[2Jgone\r\nnext')] })).toBe('\\u001b[2Jgone\nnext');
  });

  it('is empty without comments', () => {
    expect(captureStory({ blocks: [] })).toBe('');
  });
});
