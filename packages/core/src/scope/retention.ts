/**
 * Decides which captures are recorded and which are kept. The modes have the names and meanings of Playwright's traces.
 */

import type { Outcome } from '../artifact/test-identity.js';
import { ScopeError } from './scope-error.js';

/**
 * Which captures are kept: those of failed attempts (`retain-on-failure`), all (`on`), none (`off`), that of the first
 * retry, passed or failed (`on-first-retry`), or that of the first attempt if it failed (`retain-on-first-failure`).
 */
export type RetentionMode = 'retain-on-failure' | 'on' | 'off' | 'on-first-retry' | 'retain-on-first-failure';

interface Policy {
  records(attempt: number): boolean;
  keeps(outcome: Outcome): boolean;
}

const always = () => true;
const ifFailed = (outcome: Outcome) => outcome === 'failed';
const POLICIES: Record<RetentionMode, Policy> = {
  'retain-on-failure': { records: always, keeps: ifFailed },
  on: { records: always, keeps: always },
  off: { records: () => false, keeps: () => false },
  'on-first-retry': { records: (attempt) => attempt === 1, keeps: always },
  'retain-on-first-failure': { records: (attempt) => attempt === 0, keeps: ifFailed },
};

/** What a scope does without a word from its user. */
export const DEFAULT_RETENTION: RetentionMode = 'retain-on-failure';

/**
 * Refuses what is not a mode: options often come from files without types.
 *
 * @throws {ScopeError} `BAD_RETENTION_MODE` lists the modes.
 */
export function assertRetentionMode(mode: string): asserts mode is RetentionMode {
  if (Object.hasOwn(POLICIES, mode)) return;
  const modes = Object.keys(POLICIES).join(', ');
  throw new ScopeError(
    'BAD_RETENTION_MODE',
    `${JSON.stringify(mode)} is not a capture mode: one of ${modes} is needed`,
  );
}

/** Whether packets of this attempt are worth recording: its capture may be kept. */
export function recordsCapture(mode: RetentionMode, attempt: number): boolean {
  return POLICIES[mode].records(attempt);
}

/** Whether the capture of an attempt that ended so is kept. */
export function keepsCapture(mode: RetentionMode, attempt: number, outcome: Outcome): boolean {
  return POLICIES[mode].records(attempt) && POLICIES[mode].keeps(outcome);
}
