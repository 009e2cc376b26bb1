import { describe, expect, it } from 'vitest';
import { hex, toldOf } from '../../../test/told.js';

describe('SMTP', () => {
  it('keeps credentials to itself', () => {
    const lines = toldOf(
      (it) =>
        it
          .fromServer('220 mail ESMTP\r\n')
          .fromClient('EHLO me\r\n')
          .fromServer('250 mail\r\n')
          .fromClient('AUTH PLAIN c2VjcmV0\r\n')
          .fromServer('535 no\r\n')
          .fromClient('AUTH LOGIN\r\n')
          .fromServer('334 VXNlcm5hbWU6\r\n')
          .fromClient('c2VjcmV0\r\n')
          .fromServer('235 ok\r\n')
          .fromClient('QUIT\r\n'),
      25,
    );
    expect(lines).toContain('client: AUTH PLAIN');
    expect(lines).toContain('client: (credentials)');
    expect(lines.at(-1)).toBe('client: QUIT');
    expect(lines.join()).not.toContain('c2VjcmV0');
  });

  it('goes on with TLS behind STARTTLS', () => {
    const lines = toldOf(
      (it) =>
        it
          .fromServer('220 mail ESMTP\r\n')
          .fromClient('EHLO me\r\nSTARTTLS\r\n')
          .fromServer('250 mail\r\n220 go\r\n')
          .fromClient(hex('15 0301 0002 0228')),
      587,
    );
    expect(lines).toEqual([
      'server: 220 mail ESMTP',
      'client: EHLO me',
      'client: STARTTLS',
      'server: 250 mail',
      'server: 220 go',
      'client: TLS alert: handshake failure',
    ]);
  });
});
