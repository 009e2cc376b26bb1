import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotationMessage } from './annotation.js';

const summary = '12 packets, 2 conversations';

describe('annotationMessage', () => {
  it('says what the capture holds and where it is', () => {
    expect(annotationMessage({ summary, path: path.resolve('results/web.pcapng') })).toBe(
      'Network capture (12 packets, 2 conversations): results/web.pcapng',
    );
  });

  it('is short enough for a file name, which Vitest makes of it', () => {
    const message = annotationMessage({ summary, path: path.resolve(`results/${'x'.repeat(240)}.pcapng`) });
    expect(Buffer.byteLength(message)).toBe(180);
    expect(message).toMatch(/^Network capture \(12 packets, 2 conversations\): …x+\.pcapng$/);
  });

  it('counts in bytes', () => {
    const message = annotationMessage({ summary, path: path.resolve(`results/${'語'.repeat(80)}.pcapng`) });
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(180);
    expect(message).toMatch(/語\.pcapng$/);
    expect(message).not.toContain('\uFFFD');
  });
});
