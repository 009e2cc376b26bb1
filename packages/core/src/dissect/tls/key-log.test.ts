import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../test/traffic.js';
import { keysOf, TlsKeyLog } from './key-log.js';

const FIRST = 'ab'.repeat(32);
const SECOND = '01'.repeat(32);
const LOG = bytesOf(
  [
    '# SSL/TLS secrets log file',
    `CLIENT_RANDOM ${FIRST} ${'cd'.repeat(48)}`,
    `CLIENT_TRAFFIC_SECRET_0 ${SECOND.toUpperCase()} ${'EF'.repeat(32)}\r`,
    `SERVER_TRAFFIC_SECRET_0 ${SECOND} ${'23'.repeat(32)}`,
    'CLIENT_RANDOM cut',
    `CLIENT_RANDOM ${SECOND} abc`,
  ].join('\n'),
);

describe('TlsKeyLog', () => {
  it('finds secrets by the random bytes of the client, whatever the case of digits and the ends of lines', () => {
    const log = new TlsKeyLog([LOG]);
    expect(log.secretsOf(FIRST)?.get('CLIENT_RANDOM')).toEqual(Buffer.alloc(48, 0xcd));
    expect([...(log.secretsOf(SECOND)?.keys() ?? [])]).toEqual(['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0']);
    expect(log.secretsOf('00'.repeat(32))).toBeUndefined();
    expect(log.isEmpty).toBe(false);
  });

  it('puts several logs together', () => {
    const lines = Buffer.from(LOG).toString().split('\n').map(bytesOf);
    expect([...(new TlsKeyLog(lines).secretsOf(SECOND)?.keys() ?? [])]).toHaveLength(2);
  });

  it('is empty without a line of a log', () => {
    expect(new TlsKeyLog([bytesOf('no log\n')]).isEmpty).toBe(true);
  });
});

describe('keysOf', () => {
  it('gives the lines of some connections', () => {
    expect(Buffer.from(keysOf(LOG, new Set([FIRST]))).toString()).toBe(`CLIENT_RANDOM ${FIRST} ${'cd'.repeat(48)}\n`);
    expect(keysOf(LOG, new Set())).toHaveLength(0);
  });
});
