import { describe, expect, it } from 'vitest';
import { hex, toldOf } from '../../../test/told.js';
import { bytesOf, type Connection } from '../../../test/traffic.js';
import { join } from '../../bytes/join.js';

describe('WebSocket', () => {
  const upgraded = (it: Connection) =>
    it
      .fromClient('GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n')
      .fromServer('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n');

  it('tells long frames, fragments, pings and a close with a reason', () => {
    const lines = toldOf((it) =>
      upgraded(it)
        .fromServer(join([hex('82 7e 0100'), new Uint8Array(256)]))
        .fromServer(join([hex('01 02'), bytesOf('he'), hex('80 03'), bytesOf('llo')]))
        .fromServer(hex('89 00'))
        .fromServer(join([hex('88 06 03f3'), bytesOf('oops')])),
    );
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/^server: WebSocket binary · 256 bytes {2}00 00/),
      'server: WebSocket text · 2 bytes (more follows)  "he"',
      'server: WebSocket continuation · 3 bytes  "llo"',
      'server: WebSocket ping',
      'server: WebSocket close 1011  "oops"',
    ]);
  });
});
