import { describe, expect, it } from 'vitest';
import { Ladder } from './ladder.js';

const ARROW = { isStopped: false, mark: '', isReturning: false };

describe('Ladder', () => {
  it('gives each host the room that its own name takes', () => {
    const ladder = new Ladder(['web', '93.184.216.34', 'db'], { lastSendsToItself: false });
    expect([
      ladder.header(),
      ladder.empty(),
      ladder.line({ ...ARROW, from: 0, to: 2, mark: '12' }),
      ladder.line({ ...ARROW, from: 2, to: 1, isReturning: true }),
      ladder.line({ ...ARROW, from: 0, to: 1, isStopped: true }),
    ]).toEqual([
      'web      93.184.216.34  db',
      '│        │              │ ',
      '├──────────12──────────▶│ ',
      '│        │◀─────────────┤ ',
      '├───────✗│              │ ',
    ]);
    expect(ladder.width).toBe(26);
  });
});
