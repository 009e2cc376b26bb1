import { describe, expect, it } from 'vitest';
import { hex, toldOf } from '../../../test/told.js';
import { bytesOf } from '../../../test/traffic.js';
import { join } from '../../bytes/join.js';

describe('PostgreSQL', () => {
  const message = (type: string, body: string) => {
    const bodyBytes = bytesOf(body);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bodyBytes.length + 4);
    return join([bytesOf(type), length, bodyBytes]);
  };
  const startup = hex('00000012 00030000 75736572 00 6d65 00 00 00');

  it('tells the five messages of an extended query as one', () => {
    const lines = toldOf((it) =>
      it
        .fromClient(startup.subarray(0, 18))
        .fromServer(join([message('R', '\0\0\0\0'), message('Z', 'I')]))
        .fromClient(
          join([
            message('P', '\0select $1\0\0\0'),
            message('B', '\0\0\0\0\0\0\0\0'),
            message('D', 'P\0'),
            message('E', '\0\0\0\0\0'),
            message('S', ''),
          ]),
        )
        .fromServer(
          join([
            message('1', ''),
            message('2', ''),
            message('D', '\0\0'),
            message('C', 'SELECT 1\0'),
            message('Z', 'I'),
          ]),
        ),
    );
    expect(lines).toEqual([
      'client: startup user=me',
      'server: ready',
      'client: parse select $1, bind, execute',
      'server: SELECT 1',
    ]);
  });

  it('keeps passwords to itself, and tells why the server says no', () => {
    const lines = toldOf((it) =>
      it
        .fromClient(startup.subarray(0, 18))
        .fromServer(message('R', '\0\0\0\u0003'))
        .fromClient(message('p', 'hunter2\0'))
        .fromServer(message('E', 'SFATAL\0C28P01\0Mwrong password\0\0'))
        .closedBy('server'),
    );
    expect(lines).toEqual([
      'client: startup user=me',
      'server: wants a password',
      'client: (credentials)',
      'server: error 28P01 wrong password',
    ]);
  });

  it('goes on with TLS when the server accepts it', () => {
    const lines = toldOf((it) =>
      it.fromClient(hex('00000008 04d2162f')).fromServer('S').fromClient(hex('15 0301 0002 0230')),
    );
    expect(lines).toEqual(['client: asks for TLS', 'server: accepts TLS', 'client: TLS alert: unknown CA']);
  });
});
