import { describe, expect, it } from 'vitest';
import type { Outcome } from '../artifact/test-identity.js';
import { assertRetentionMode, keepsCapture, type RetentionMode, recordsCapture } from './retention.js';

const OUTCOMES: readonly Outcome[] = ['passed', 'failed', 'skipped'];

describe('keepsCapture', () => {
  it.each<[RetentionMode, string[]]>([
    ['off', []],
    [
      'on',
      ['passed 0', 'failed 0', 'skipped 0', 'passed 1', 'failed 1', 'skipped 1', 'passed 2', 'failed 2', 'skipped 2'],
    ],
    ['retain-on-failure', ['failed 0', 'failed 1', 'failed 2']],
    ['on-first-retry', ['passed 1', 'failed 1', 'skipped 1']],
    ['retain-on-first-failure', ['failed 0']],
  ])('keeps with %s the captures of %j', (mode, kept) => {
    const attempts = [0, 1, 2].flatMap((attempt) => OUTCOMES.map((outcome) => ({ attempt, outcome })));
    const found = attempts.filter(({ attempt, outcome }) => keepsCapture(mode, attempt, outcome));
    expect(found.map(({ attempt, outcome }) => `${outcome} ${attempt}`)).toEqual(kept);
  });
});

describe('recordsCapture', () => {
  it.each<[RetentionMode, number[]]>([
    ['off', []],
    ['on', [0, 1, 2]],
    ['retain-on-failure', [0, 1, 2]],
    ['on-first-retry', [1]],
    ['retain-on-first-failure', [0]],
  ])('records with %s the attempts %j', (mode, recorded) => {
    expect([0, 1, 2].filter((attempt) => recordsCapture(mode, attempt))).toEqual(recorded);
  });
});

describe('assertRetentionMode', () => {
  it.each(['on', 'off', 'retain-on-failure', 'on-first-retry', 'retain-on-first-failure'])('takes %s', (mode) => {
    expect(() => assertRetentionMode(mode)).not.toThrow();
  });

  it.each(['always', '', 'toString'])('refuses %j and lists the modes', (mode) => {
    const message = `${JSON.stringify(mode)} is not a capture mode: one of retain-on-failure, on, off, on-first-retry, retain-on-first-failure is needed`;
    expect(() => assertRetentionMode(mode)).toThrow(
      expect.objectContaining({ name: 'ScopeError', code: 'BAD_RETENTION_MODE', message }),
    );
  });
});
