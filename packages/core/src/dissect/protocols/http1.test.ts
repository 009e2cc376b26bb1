import { describe, expect, it } from 'vitest';
import { toldOf } from '../../../test/told.js';

describe('HTTP/1', () => {
  it('tells requests that share a packet, and the answers to them', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nPUT /c HTTP/1.1\r\ncontent-length: 2\r\n\r\nok')
        .fromServer(
          'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n',
        ),
    );
    expect(lines).toEqual([
      'client: GET /a',
      'client: HEAD /b',
      'client: PUT /c · 2 bytes  "ok"',
      'server: 204 No Content',
      'server: 200 OK',
      'server: 201 Created',
    ]);
  });

  it('puts chunks together and passes over trailers', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.1\r\n\r\n')
        .fromServer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n')
        .fromServer('6\r\n world\r\n0\r\nx-sum: 1\r\n\r\nHTTP/1.1 200 OK\r\n'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 200 OK · 11 bytes  "hello world"', 'server: 200 OK (incomplete)']);
  });

  it('takes a body without a length to last until the close', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.0\r\n\r\n')
        .fromServer('HTTP/1.0 200 OK\r\n\r\nall')
        .fromServer(' of it')
        .closedBy('server'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 200 OK · 9 bytes  "all of it"']);
  });

  it('tells an interim answer from the one that counts', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n')
        .fromServer('HTTP/1.1 100 Continue\r\n\r\n')
        .fromClient('ok')
        .fromServer('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(lines).toEqual(['client: POST / · 2 bytes  "ok"', 'server: 100 Continue', 'server: 200 OK']);
  });

  it('shows what goes through a proxy, once it is connected', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('CONNECT db:5432 HTTP/1.1\r\n\r\n')
        .fromServer('HTTP/1.1 200 Connection established\r\n\r\n')
        .fromClient('raw')
        .fromServer('too'),
    );
    expect(lines).toEqual([
      'client: CONNECT db:5432',
      'server: 200 Connection established',
      'client: 3 bytes  "raw"',
      'server: 3 bytes  "too"',
    ]);
  });

  it('goes on with HTTP when the server does not upgrade', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n')
        .fromServer('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')
        .fromClient('GET /next HTTP/1.1\r\n\r\n'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 400 Bad Request', 'client: GET /next']);
  });

  it('says nothing of what a damaged body holds', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('GET / HTTP/1.1\r\n\r\n')
        .fromServer('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\u001f!'),
    );
    expect(lines).toEqual(['client: GET /', 'server: 200 OK · gzip · 2 bytes']);
  });

  it('goes on behind a header that was redacted with its name', () => {
    const lines = toldOf((it) =>
      it
        .fromClient('PUT /a HTTP/1.1\r\nhost: web\r\nxxxxxxxxxxxxxxxxx\r\ncontent-length: 2\r\n\r\nok')
        .fromServer('HTTP/1.1 204 No Content\r\nxxxxxxxxxx\r\n\r\n'),
    );
    expect(lines).toEqual(['client: PUT /a · 2 bytes  "ok"', 'server: 204 No Content']);
  });

  it('shows what is not HTTP after all', () => {
    const lines = toldOf((it) => it.fromClient('GET / HTTP/1.1\r\n\r\n').fromServer('SSH-2.0-OpenSSH\r\n'));
    expect(lines).toEqual(['client: GET /', 'server: 17 bytes  "SSH-2.0-OpenSSH\\r\\n"']);
  });
});
